import type { Entry } from "@keeptabs/ledger";
import { type Html, html } from "./html.ts";
import { reasonText } from "./reasons.ts";

/** What became of a call, in a word and in a sentence. */
export interface StatusText {
  readonly short: Html;
  readonly long: string;
}

/** Says whether a call is charged, and if not, why. */
export function statusText({ kind, posted, reason, outcome, lowerBound, costSource }: Entry): StatusText {
  const why = reason === undefined ? "" : ` ${reasonText(reason).why}`;
  if (kind === "covered") {
    return {
      short: tag("covered"),
      long: "Not charged: another span describes the same call and is charged in its place.",
    };
  }
  if (kind === "held" && !posted) {
    return {
      short: tag("kept aside"),
      long: "Not charged: an agent's sum of the calls below it, which are charged themselves.",
    };
  }
  if (!posted) {
    return {
      short: tag("superseded"),
      long: "No longer charged: another span describes the same call better and is charged in its place.",
    };
  }
  if (kind === "unpriced") {
    return {
      short: tag("unpriced", "warn"),
      long: `Not priced: the call is counted, its cost is not known.${why}`,
    };
  }
  if (kind === "partly_unpriced") {
    return {
      short: tag("partly priced", "warn"),
      long: `Priced in part: the call cost more than this.${why}`,
    };
  }
  if (kind === "zero")
    return {
      short: tag("free"),
      long: `Costs nothing: ${(reason ?? "no reason given").replaceAll("_", " ")}.`,
    };
  const source = SOURCES.get(costSource) ?? "";
  if (lowerBound) {
    return {
      short: tag("lower bound", "warn"),
      long: `Charged ${source}. More may have been billed: the answer was broken off before its usage was complete.`,
    };
  }
  return { short: outcome === "ok" ? html`charged` : tag(outcome, "warn"), long: `Charged ${source}.` };
}

const SOURCES: ReadonlyMap<string, string> = new Map([
  ["computed", "as computed from dated list prices"],
  ["provider", "as the provider reported it"],
  ["gateway", "as a gateway estimated it"],
]);

function tag(text: string, tone?: "warn"): Html {
  return tone === undefined ? html`<b class="tag">${text}</b>` : html`<b class="tag ${tone}">${text}</b>`;
}
