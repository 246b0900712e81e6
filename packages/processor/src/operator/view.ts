import type { Customers } from "@keeptabs/billing";
import { CustomerLedgerView, type LedgerView } from "../access/index.ts";

/** What the operator's pages and the HTTP API look at. */
export interface OperatorView {
  readonly reader: LedgerView;
  readonly customers: Customers;
  /** IANA name; months and days are taken in it. */
  readonly timeZone: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Told of faults of ours that a request met; the client learns only that there was one. */
  readonly onFault?: (error: unknown) => void;
}

/** The view of somebody who may see one customer: no other is in it, neither in the ledger nor in the configuration. */
export function viewOfCustomer(view: OperatorView, customer: string): OperatorView {
  const known = view.customers.get(customer);
  return {
    ...view,
    reader: new CustomerLedgerView(view.reader, customer),
    customers: new Map(known === undefined ? [] : [[customer, known]]),
  };
}
