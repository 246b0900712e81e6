import { EMPTY, type Html, html } from "./html.ts";
import { monthTitle, shiftMonth } from "./months.ts";
import { FIRST_MONTH } from "./parameters.ts";

/** Leads to the month before, and to the one after unless that has not begun. */
export function monthNavigation(
  { month, current }: { readonly month: string; readonly current: boolean },
  href: (month: string) => string,
): Html {
  const before = shiftMonth(month, -1);
  const after = shiftMonth(month, 1);
  const previous =
    month === FIRST_MONTH ? EMPTY : html`<a rel="prev" href="${href(before)}">← ${monthTitle(before)}</a>`;
  const next = current ? EMPTY : html`<a rel="next" href="${href(after)}">${monthTitle(after)} →</a>`;
  return html`<nav class="months" aria-label="Month">${previous}${next}</nav>`;
}
