/** Periods and their names: what the ledger sums by is what bills are for. */
export {
  dayOf,
  daysOf,
  monthOf,
  monthPeriod,
  monthsOf,
  type Period,
  requireTimeZone,
} from "@keeptabs/ledger";
