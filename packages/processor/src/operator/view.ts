import type { Customers } from "@keeptabs/billing";
import type { LedgerReader } from "@keeptabs/ledger";

/** What the operator's pages and the HTTP API look at. */
export interface OperatorView {
  readonly reader: LedgerReader;
  readonly customers: Customers;
  /** IANA name; months and days are taken in it. */
  readonly timeZone: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Told of faults of ours that a request met; the client learns only that there was one. */
  readonly onFault?: (error: unknown) => void;
}
