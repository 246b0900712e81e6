export { FOCUS_COLUMNS, type FocusColumn, type FocusRow, type FocusType } from "./columns.ts";
export { FocusDay, type FocusOptions } from "./focus-day.ts";
