import type { Cost } from "./costs.ts";
import { calls, count } from "./figures-text.ts";
import { EMPTY, type Html, type HtmlPart, html } from "./html.ts";

/** The figures at the top of a page. */
export function summaryOf(figures: readonly Html[]): Html {
  return html`<dl class="summary">${figures.map((one) => html`\n${one}`)}\n</dl>`;
}

/** One of them, with what is to be known of it. */
export function figure(name: string, value: HtmlPart, note: HtmlPart, tone?: "bad" | "warn"): Html {
  return html`<div${tone === undefined ? EMPTY : html` class="${tone}"`}><dt>${name}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`;
}

/** How many calls have no price: the spend beside it is then less than was spent. */
export function unpricedFigure({ unpricedCalls }: Pick<Cost, "unpricedCalls">): Html {
  return unpricedCalls === 0
    ? figure("Unpriced", count(0), "every call has a price")
    : figure("Unpriced", count(unpricedCalls), `${calls(unpricedCalls)} cost more than shown`, "warn");
}
