import type { MarginReport, MarginRow } from "@keeptabs/billing";
import { ZERO_USD } from "@keeptabs/pricing";
import { sparkline } from "./charts.ts";
import { against, changeCell } from "./comparison.ts";
import { perCallCell, spendCell, unknown } from "./cost-cells.ts";
import { calls, count, money, percent, share } from "./figures-text.ts";
import { EMPTY, type Html, html } from "./html.ts";
import type { Links } from "./links.ts";
import type { MonthFigures, PartBefore } from "./month-figures.ts";
import { monthTitle } from "./months.ts";
import { customerName, named } from "./names.ts";
import { byFigure, byName, type Compare, contains } from "./ordering.ts";
import { pageNavigation, pageOf } from "./paging.ts";
import { type Column, table } from "./table.ts";

/** How customers can be sorted, with what each is called; the sorted-by key alone is stable in addresses. */
export const SORTS = [
  ["spend", "Highest spend"],
  ["change", "Largest increase"],
  ["margin", "Lowest margin"],
  ["revenue", "Highest revenue"],
  ["calls", "Most calls"],
  ["per_call", "Highest cost per call"],
  ["name", "Name"],
] as const;
export type CustomerSort = (typeof SORTS)[number][0];

/** Which customers are shown, and in what order. */
export interface CustomersOptions {
  /** Shows only customers whose name or id contains it; sums stay those of all. */
  readonly filter: string;
  readonly sort: CustomerSort;
  /** Counted from 1. */
  readonly page: number;
}

/** The customers of a month with what they cost, pay and leave. */
export function customersTable(
  { margins, days, before }: Pick<MonthFigures, "margins" | "days" | "before">,
  { filter, sort, page }: CustomersOptions,
  links: Links | undefined,
): Html {
  const matching = ordered(margins, filter, sort, before);
  // A file that stands alone has no other pages to lead to.
  const paged = links === undefined ? undefined : pageOf(matching, page);
  const rows = paged?.rows ?? matching;
  const month = margins.month;
  const trends = days.by.get("customer");
  const sorted = (key: CustomerSort): Pick<Column<MarginRow>, "sort"> =>
    links === undefined
      ? {}
      : {
          sort: {
            href: `${links.report({ month, customer: filter, sort: key })}#customers`,
            state: key !== sort ? "none" : key === "name" || key === "margin" ? "ascending" : "descending",
          },
        };
  const whole = filter === "" ? "All customers" : `${count(margins.rows.length)} customers`;
  const shown =
    filter === ""
      ? html`Spend, revenue and margin per customer, ${monthTitle(month)}${against(before)}`
      : html`${count(matching.length)} of ${count(margins.rows.length)} customers match “${named(filter)}”; the last line is the sum of all`;
  const customers = table({
    caption: shown,
    rows,
    rowClass: ({ margin }) => (margin !== undefined && margin < 0n ? "loss" : undefined),
    columns: [
      {
        title: "Customer",
        rowHeader: true,
        ...sorted("name"),
        cell: (row) => customerCell(row, month, links),
        foot: whole,
      },
      { title: "Trend", wide: "picture", cell: ({ customer }) => sparkline(trends?.get(customer)) },
      {
        title: "Spend",
        numeric: true,
        ...sorted("spend"),
        cell: spendCell,
        foot: spendCell(margins),
      },
      {
        title: "Change",
        numeric: true,
        ...sorted("change"),
        cell: ({ net, customer }) => changeCell(net, before?.byCustomer.get(customer), before?.title),
        foot: changeCell(margins.net, before?.total.net, before?.title),
      },
      {
        title: "Revenue",
        numeric: true,
        ...sorted("revenue"),
        cell: ({ revenue }) => (revenue === undefined ? unknown("not configured") : money(revenue)),
        foot: margins.customersWithRevenue === 0 ? unknown("not configured") : money(margins.revenue),
      },
      {
        title: "Margin",
        numeric: true,
        ...sorted("margin"),
        cell: marginCell,
        foot: margins.customersWithRevenue === 0 ? unknown("no revenue") : money(margins.margin),
      },
      { title: "Calls", numeric: true, ...sorted("calls"), cell: callsCell, foot: count(margins.calls) },
      {
        title: "Per call",
        numeric: true,
        ...sorted("per_call"),
        cell: perCallCell,
        foot: perCallCell(margins),
      },
    ],
  });
  return html`${customers}${
    paged === undefined || links === undefined
      ? EMPTY
      : pageNavigation(
          paged,
          "Pages of customers",
          (to) => `${links.report({ month, customer: filter, sort, page: to })}#customers`,
        )
  }`;
}

function customerCell(
  { customer, name, plan, net, budget }: MarginRow,
  month: string,
  links: Links | undefined,
): Html {
  const shown = customerName(customer, name);
  const notes = [
    name === customer ? undefined : html`<code>${named(customer)}</code>`,
    plan === undefined ? undefined : html`${named(plan)} plan`,
    budget === undefined || budget <= 0n ? undefined : budgetNote(share(net, budget)),
  ].filter((note) => note !== undefined);
  return html`${links === undefined ? html`<span class="name">${shown}</span>` : html`<a class="name" href="${links.customer(customer, month)}">${shown}</a>`}${
    notes.length === 0
      ? EMPTY
      : html`<span class="note">${notes.map((note, i) => html`${i === 0 ? EMPTY : " · "}${note}`)}</span>`
  }`;
}

/** How much of a budget is used, and that it is used up. */
export function budgetNote(used: number): Html {
  return used > 1
    ? html`<b class="tag warn">over budget, ${percent(used)} used</b>`
    : html`${percent(used)} of budget`;
}

/** Margin with its part of the revenue; a loss is said, not only coloured. */
export function marginCell({ margin, marginRatio }: MarginRow): Html {
  if (margin === undefined) return unknown("no revenue");
  const ratio = marginRatio === undefined ? EMPTY : html`<span class="note">${percent(marginRatio)}</span>`;
  return margin < 0n
    ? html`<b class="tag bad">loss</b> ${money(margin)}${ratio}`
    : html`${money(margin)}${ratio}`;
}

function callsCell({ calls: made, unpricedCalls, failedCalls }: MarginRow): Html {
  const notes = [
    unpricedCalls === 0 ? undefined : html`<b class="tag warn">${count(unpricedCalls)} unpriced</b>`,
    failedCalls === 0
      ? undefined
      : html`<span title="${calls(failedCalls)} failed or were broken off">${count(failedCalls)} failed</span>`,
  ].filter((note) => note !== undefined);
  return html`${count(made)}${notes.length === 0 ? EMPTY : html`<span class="note">${notes.map((note, i) => html`${i === 0 ? EMPTY : " "}${note}`)}</span>`}`;
}

function matches({ customer, name }: MarginRow, filter: string): boolean {
  return contains(customer, filter) || contains(name, filter);
}

const BY_NAME = byName<MarginRow>(
  ({ name }) => name,
  ({ customer }) => customer,
);

/** The customers that a filter leaves, in order. */
function ordered(
  { rows }: MarginReport,
  filter: string,
  sort: CustomerSort,
  before: PartBefore | undefined,
): readonly MarginRow[] {
  const by = (figure: (row: MarginRow) => bigint | undefined, direction: 1 | -1): Compare<MarginRow> =>
    byFigure(figure, direction, BY_NAME);
  const compare: Readonly<Record<CustomerSort, Compare<MarginRow>>> = {
    spend: by(({ net }) => net, -1),
    change: by(({ net, customer }) => net - (before?.byCustomer.get(customer) ?? ZERO_USD), -1),
    revenue: by(({ revenue }) => revenue, -1),
    margin: by(({ margin }) => margin, 1),
    calls: by(({ calls: made }) => BigInt(made), -1),
    per_call: by(({ net, calls: made }) => (made === 0 ? undefined : net / BigInt(made)), -1),
    name: BY_NAME,
  };
  return rows.filter((row) => matches(row, filter)).toSorted(compare[sort]);
}
