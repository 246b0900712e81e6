import type { Cost } from "./costs.ts";
import { money, moneyPerCall } from "./figures-text.ts";
import { type Html, html } from "./html.ts";

/** Says that a figure is not known, and why: it is not zero. */
export function unknown(why: string): Html {
  return html`<span class="unknown" title="${why}"><span aria-hidden="true">–</span><span class="hidden">${why}</span></span>`;
}

/** What calls cost. Where none of them has a price that is not zero, it is not known. */
export function spendCell(cost: Pick<Cost, "net" | "calls" | "unpricedCalls">): Html {
  return isUnknown(cost) ? unknown("no price") : money(cost.net);
}

/** What one of the calls cost on average. */
export function perCallCell(cost: Pick<Cost, "net" | "calls" | "unpricedCalls">): Html {
  if (isUnknown(cost)) return unknown("no price");
  return moneyPerCall(cost.net, cost.calls) ?? unknown("no calls");
}

/** True when none of the calls has a price: their cost is then not nothing, but not known. */
export function isUnknown({
  net,
  calls,
  unpricedCalls,
}: Pick<Cost, "net" | "calls" | "unpricedCalls">): boolean {
  return net === 0n && calls > 0 && unpricedCalls === calls;
}
