export { backupLedger } from "./backup.ts";
export { dayOf, daysOf, monthOf, monthPeriod, monthsOf, type Period, requireTimeZone } from "./calendar.ts";
export { CALL_STATUSES, type CallStatus } from "./call-status.ts";
export type { CallsPage, CallsQuery } from "./calls.ts";
export { CALL_ORDERS, type CallOrder } from "./calls-cursor.ts";
export type { Link } from "./chain.ts";
export type {
  Adjustment,
  AdjustmentsQuery,
  LateBooking,
  LateBookings,
  LateBookingsQuery,
} from "./changes.ts";
export type { Counters } from "./counters.ts";
export { LedgerError } from "./database.ts";
export type { Booking, BookingResult, Entry, EntryKind, Posting, Repricing, SpanNote } from "./entry.ts";
export { type Appended, Ledger } from "./ledger.ts";
export { isUnpriced, reasonCode } from "./projections.ts";
export type { QualityTotal } from "./quality.ts";
export { LedgerReader } from "./reader.ts";
export { realPath } from "./real-path.ts";
export { NO_FEATURE } from "./row.ts";
export { dearestFirst, OTHER, type QuantityTotal, type Total } from "./totals.ts";
export type { Dimension, TotalsQuery } from "./totals-query.ts";
export { acceptLedger, type Verification, verifyLedger } from "./verify.ts";
