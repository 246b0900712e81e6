import type { Entry } from "@keeptabs/ledger";
import type { LedgerView } from "../access/index.ts";
import { badFields, type FieldError, Problem } from "./problem.ts";

/** The entry of a span. Throws a 400 Problem for ids that can't be, a 404 one for a span that is not booked. */
export function requireCall(reader: LedgerView, trace: string, span: string): Entry {
  const errors: FieldError[] = [];
  if (!/^[0-9a-f]{32}$/i.test(trace))
    errors.push({ field: "trace", detail: "a trace id has 32 hexadecimal digits" });
  if (!/^[0-9a-f]{16}$/i.test(span))
    errors.push({ field: "span", detail: "a span id has 16 hexadecimal digits" });
  if (errors.length > 0) throw badFields(errors);
  const entry = reader.entry(trace, span);
  if (entry === undefined) throw new Problem(404, `span ${span} of trace ${trace} is not in the ledger`);
  return entry;
}
