export type { Counters } from "./counters.ts";
export { LedgerError } from "./database.ts";
export type { Booking, BookingResult, Entry, EntryKind, Posting, Repricing, SpanNote } from "./entry.ts";
export { type Appended, Ledger } from "./ledger.ts";
export { isUnpriced, reasonCode } from "./projections.ts";
export type { QualityTotal } from "./quality.ts";
export { type Adjustment, LedgerReader, type QuantityTotal, type Total } from "./reader.ts";
export { NO_FEATURE } from "./row.ts";
export type { Dimension, TotalsQuery } from "./totals-query.ts";
