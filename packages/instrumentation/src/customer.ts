import { type Attribution, readIdentity } from "@keeptabs/usage";
import { type Context, context, createContextKey } from "@opentelemetry/api";
import { reportOnce, safely } from "./safely.ts";

/** No propagator knows this key, so who a call is for never leaves the process in a header. */
const ATTRIBUTION = createContextKey("keeptabs.attribution");

/**
 * Runs `fn` on behalf of a customer, and returns what it returns: every span started in it, however deep and
 * however late, is theirs. What is not named is inherited from the `withCustomer` around it.
 *
 * An id that can't be one (`readIdentity` in `@keeptabs/usage` says which) never throws and never falls back to
 * the customer around it: the calls run unattributed, and `diag` is told why once. Needs a context manager,
 * as every OpenTelemetry SDK for Node registers.
 */
export function withCustomer<T>(who: Attribution, fn: () => T): T {
  const around = context.active();
  const attribution = safely("withCustomer", () => named(who, attributionIn(around))) ?? {};
  return context.with(around.setValue(ATTRIBUTION, attribution), () => {
    if (currentCustomer() !== attribution) {
      reportOnce(
        "context manager",
        "no OpenTelemetry context manager is registered, so calls stay unattributed: start the SDK first",
        "warn",
      );
    }
    return fn();
  });
}

/** Who the running code works for, as `withCustomer` said; undefined outside of it. */
export function currentCustomer(): Attribution | undefined {
  return attributionIn(context.active());
}

/** Who a context is for. */
export function attributionIn(from: Context): Attribution | undefined {
  return from.getValue(ATTRIBUTION) as Attribution | undefined;
}

function named(who: Attribution, around: Attribution = {}): Attribution {
  const customer = part("customer", who, around);
  const feature = part("feature", who, around);
  return { ...(customer === undefined ? {} : { customer }), ...(feature === undefined ? {} : { feature }) };
}

function part(key: "customer" | "feature", who: Attribution, around: Attribution): string | undefined {
  if (!Object.hasOwn(who, key)) return around[key];
  const given: unknown = who[key];
  const reading = typeof given === "string" ? readIdentity(given) : undefined;
  if (reading?.kind === "identity") return reading.id;
  const problem = reading?.problem ?? "not_a_string";
  reportOnce(
    `${key} ${problem}`,
    `withCustomer was given a ${key} that can't be one (${problem}), so its calls are booked without a ${key}`,
    "warn",
  );
  return undefined;
}
