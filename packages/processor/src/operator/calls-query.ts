import type { Period } from "@keeptabs/billing";
import {
  CALL_ORDERS,
  CALL_STATUSES,
  type CallOrder,
  type CallsPage,
  type CallsQuery,
} from "@keeptabs/ledger";
import type { LedgerView } from "../access/index.ts";
import { callFilter } from "./costs.ts";
import { choice, oneOf, type Parameter, text } from "./parameters.ts";
import { badFields } from "./problem.ts";

const OUTCOMES = ["ok", "error", "aborted"] as const;

/** The parameters that say which calls are asked for. */
export const CALLS_PARAMETERS: {
  readonly customer: Parameter<string | undefined>;
  readonly feature: Parameter<string | undefined>;
  readonly provider: Parameter<string | undefined>;
  readonly model: Parameter<string | undefined>;
  readonly outcome: Parameter<CallsQuery["outcome"] | undefined>;
  readonly status: Parameter<CallsQuery["status"] | undefined>;
  readonly cursor: Parameter<string | undefined>;
} = {
  customer: text("Only this customer, by its exact id.", "acme"),
  feature: text("Only this feature, by its exact name.", "assistant"),
  provider: text("Only this provider.", "openai"),
  model: text("Only this model: the one that answered, or that was asked where no answer says.", "gpt-4o"),
  outcome: choice("Only calls that ended so.", OUTCOMES, "error"),
  status: choice("Only calls that are this now; without it all that count.", CALL_STATUSES, "unpriced"),
  cursor: text(
    "Where the page before ended, as its `next_cursor` says; all else must be as it was.",
    "ZGVhcmVzdDoxOjA6MTow",
  ),
};

/** In which order calls are listed. */
export function orderParameter(standard: CallOrder): Parameter<CallOrder> {
  return oneOf("What comes first.", CALL_ORDERS, standard);
}

/** Calls as they were asked for. */
export interface AskedCalls {
  readonly customer?: string | undefined;
  readonly feature?: string | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly outcome?: CallsQuery["outcome"] | undefined;
  readonly status?: CallsQuery["status"] | undefined;
  readonly cursor?: string | undefined;
  readonly order: CallOrder;
  readonly limit: number;
}

/** A page of calls. Throws a 400 Problem for a cursor that no list of these calls gave. */
export function callsPage(
  reader: LedgerView,
  { fromMs, untilMs }: Pick<Period, "fromMs" | "untilMs">,
  { outcome, status, cursor, order, limit, ...names }: AskedCalls,
): CallsPage {
  const query = {
    ...callFilter(names),
    ...(outcome === undefined ? {} : { outcome }),
    ...(status === undefined ? {} : { status }),
    fromMs,
    untilMs,
    order,
    limit,
  };
  if (cursor === undefined) return reader.calls(query);
  try {
    return reader.calls({ ...query, cursor });
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof RangeError) || !message.startsWith("cursor: ")) throw error;
    throw badFields([{ field: "cursor", detail: message.slice("cursor: ".length) }]);
  }
}
