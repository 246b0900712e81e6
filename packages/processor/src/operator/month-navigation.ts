import { FIRST_MONTH } from "@keeptabs/billing";
import { EMPTY, type Html, html } from "./html.ts";
import { monthTitle, shiftMonth } from "./months.ts";

/** Where the months of a page are. */
export interface MonthAddress {
  readonly href: (month: string) => string;
  /** The page, and what else its address says: another month is asked for with these. */
  readonly path: string;
  readonly keep?: Readonly<Record<string, string>>;
}

/** Leads to the month before, to any month, and to the one after unless that has not begun. */
export function monthNavigation(
  { month, current }: { readonly month: string; readonly current: boolean },
  { href, path, keep = {} }: MonthAddress,
): Html {
  const before = shiftMonth(month, -1);
  const after = shiftMonth(month, 1);
  const previous =
    month === FIRST_MONTH ? EMPTY : html`<a rel="prev" href="${href(before)}">← ${monthTitle(before)}</a>`;
  const next = current ? EMPTY : html`<a rel="next" href="${href(after)}">${monthTitle(after)} →</a>`;
  const kept = Object.entries(keep).filter(([, value]) => value !== "");
  return html`<nav class="months" aria-label="Month">${previous}
<form method="get" action="${path}">${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<label><span class="hidden">Month, as YYYY-MM</span><input type="month" name="month" value="${month}" required pattern="\\d{4}-\\d{2}" size="8"></label><button class="plain">Go</button></form>
${next}</nav>`;
}
