import { FIRST_MONTH, monthPeriod, type Period } from "@keeptabs/billing";
import type { TotalsQuery } from "@keeptabs/ledger";
import type { AttoUsd } from "@keeptabs/pricing";
import type { LedgerView } from "../access/index.ts";
import { unknown } from "./cost-cells.ts";
import { type Cost, sumOfCosts } from "./costs.ts";
import { changeText, money, moneyText } from "./figures-text.ts";
import { EMPTY, type Html, type HtmlPart, html } from "./html.ts";
import { monthTitle, shiftMonth } from "./months.ts";

/** What a month is compared with. */
export interface Before {
  readonly period: Period;
  /** `September 2026`, or `the same days of September 2026` while the month is running. */
  readonly title: string;
}

const MS_PER_HOUR = 3_600_000;

/**
 * The month before, up to the hour that a running month has reached: half a month is not less than a
 * whole one. Undefined where there is no month before, and for a month that has not begun.
 */
export function monthBefore(month: string, timeZone: string, nowMs: number): Before | undefined {
  const { fromMs, untilMs } = monthPeriod(month, timeZone);
  if (month <= FIRST_MONTH || nowMs < fromMs) return undefined;
  const before = monthPeriod(shiftMonth(month, -1), timeZone);
  const name = monthTitle(before.name);
  if (nowMs >= untilMs) return { period: before, title: name };
  const elapsed = Math.ceil((nowMs - fromMs) / MS_PER_HOUR) * MS_PER_HOUR;
  const until = Math.min(before.fromMs + elapsed, before.untilMs);
  return { period: { ...before, untilMs: until }, title: `the same days of ${name}` };
}

/** The month before with what it cost. */
export interface CostBefore extends Before {
  readonly total: Cost;
}

/** What calls cost in the month before. */
export function costBefore(
  reader: LedgerView,
  before: Before | undefined,
  filter: Pick<TotalsQuery, "customer" | "feature">,
): CostBefore | undefined {
  if (before === undefined) return undefined;
  return { ...before, total: sumOfCosts(reader.totals({ ...filter, ...before.period, groupBy: [] })) };
}

/** The end of a caption that says what a change is measured against. */
export function against(before: Before | undefined): Html {
  return before === undefined ? EMPTY : html`; change against ${before.title}`;
}

/** How the sum of a page changed, in a sentence. */
export function changeNote(now: Cost, before: CostBefore | undefined): HtmlPart {
  if (before === undefined) return undefined;
  const { total, title } = before;
  if (total.net <= 0n) return html`nothing in ${title}`;
  return html`<b>${changeText(now.net, total.net)}</b> on ${title} (${money(total.net)})`;
}

/** How a cost changed against the month before. */
export function changeCell(now: AttoUsd, before: AttoUsd | undefined, title: string | undefined): Html {
  if (title === undefined) return unknown("no month before");
  if (before === undefined || before <= 0n) {
    return now > 0n
      ? html`<span class="change" title="nothing in ${title}">new</span>`
      : unknown("nothing to compare");
  }
  return html`<span class="change" title="${moneyText(before)} in ${title}">${changeText(now, before)}</span>`;
}
