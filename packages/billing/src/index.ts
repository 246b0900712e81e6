export { type Customer, type Customers, customerOf, type MonthlyRevenue, revenueIn } from "./customer.ts";
export {
  FOCUS_COLUMNS,
  type FocusColumn,
  FocusDay,
  type FocusOptions,
  type FocusRow,
  type FocusType,
} from "./focus/index.ts";
export { FIRST_MONTH, writtenInstant, writtenMonth } from "./instant.ts";
export { type MarginReport, type MarginRow, marginReport, marginsOf } from "./margin.ts";
export { dayOf, daysOf, monthOf, monthPeriod, monthsOf, type Period, requireTimeZone } from "./period.ts";
