/** Why a call could not be priced in words, and what to do about it. */
export interface ReasonText {
  readonly why: string;
  readonly remedy: string;
}

const ADD_PRICE =
  "The usage is booked, so nothing is lost. Check that the name is spelt as the provider spells it, then update the price book.";
const SEND_USAGE =
  "Let the instrumentation record the provider's usage object. For OpenAI streams ask for it with stream_options.include_usage.";

const REASONS: ReadonlyMap<string, ReasonText> = new Map([
  ["model_not_found", { why: "The price book has no such model of this provider.", remedy: ADD_PRICE }],
  [
    "model_missing",
    {
      why: "The span does not name a model.",
      remedy: "Let the instrumentation set gen_ai.response.model or gen_ai.request.model.",
    },
  ],
  [
    "provider_not_found",
    {
      why: "The price book does not know the provider.",
      remedy:
        "Let the instrumentation set gen_ai.provider.name to the name of the provider, or update the price book.",
    },
  ],
  [
    "ambiguous_provider",
    {
      why: "Several providers sell a model of this name and the span names none of them.",
      remedy: "Let the instrumentation set gen_ai.provider.name.",
    },
  ],
  [
    "no_price_at_that_time",
    {
      why: "The price book knows the model, but no price for the time of the call.",
      remedy: "Update the price book. If the call is dated wrongly, check the sender's clock.",
    },
  ],
  ["usage_missing", { why: "The span carries no usage.", remedy: SEND_USAGE }],
  ["usage_empty", { why: "The span's usage is empty.", remedy: SEND_USAGE }],
  [
    "unit_not_priced",
    {
      why: "A part of the usage has no price",
      remedy:
        "The usage is booked, so nothing is lost. Update the price book: it lacks a rate for this unit.",
    },
  ],
  ["service_tier_not_priced", { why: "The call ran in a service tier that has no price", remedy: ADD_PRICE }],
  ["speed_not_priced", { why: "The call ran at a speed that has no price", remedy: ADD_PRICE }],
  [
    "batch_not_priced",
    { why: "The call was a batch call, and the model has no batch price.", remedy: ADD_PRICE },
  ],
]);

/**
 * Explains a reason such as `unit_not_priced:web_search`, or several with a space between them. One that
 * is not known here is shown as it is.
 */
export function reasonText(reason: string): ReasonText {
  const parts = reason.split(" ");
  const known = parts.map(knownReason);
  const whys = known.flatMap((one) => (one === undefined ? [] : [one.why]));
  const [first] = known;
  if (first === undefined || whys.length < parts.length) {
    return {
      why: `${reason.replaceAll("_", " ")}.`,
      remedy: "The usage can't be trusted as it was sent; compare the span with the provider's answer.",
    };
  }
  return { why: whys.join(" "), remedy: first.remedy };
}

function knownReason(reason: string): ReasonText | undefined {
  const [code = "", ...rest] = reason.split(":");
  const known = REASONS.get(code);
  const about = rest.join(":");
  if (known === undefined || about === "") return known;
  return { why: `${known.why.replace(/\.$/, "")}: ${about}.`, remedy: known.remedy };
}
