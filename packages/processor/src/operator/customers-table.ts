import type { MarginReport, MarginRow } from "@keeptabs/billing";
import { sparkline } from "./charts.ts";
import { perCallCell, spendCell, unknown } from "./cost-cells.ts";
import type { DaySeries } from "./day-series.ts";
import { calls, count, money, percent, share } from "./figures-text.ts";
import { EMPTY, type Html, html } from "./html.ts";
import type { Links } from "./links.ts";
import { monthTitle } from "./months.ts";
import { customerName, named } from "./names.ts";
import { type Column, table } from "./table.ts";

/** How customers can be sorted, with what each is called; the sorted-by key alone is stable in addresses. */
export const SORTS = [
  ["spend", "Highest spend"],
  ["margin", "Lowest margin"],
  ["revenue", "Highest revenue"],
  ["calls", "Most calls"],
  ["per_call", "Highest cost per call"],
  ["name", "Name"],
] as const;
export type CustomerSort = (typeof SORTS)[number][0];

/** The customers of a month with what they cost, pay and leave. */
export function customersTable(
  margins: MarginReport,
  days: DaySeries,
  { filter, sort }: { readonly filter: string; readonly sort: CustomerSort },
  links: Links | undefined,
): Html {
  const rows = margins.rows.filter((row) => matches(row, filter)).toSorted(COMPARE[sort]);
  const month = margins.month;
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
      ? html`Spend, revenue and margin per customer, ${monthTitle(month)}`
      : html`${count(rows.length)} of ${count(margins.rows.length)} customers match “${named(filter)}”; the last line is the sum of all`;
  return table({
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
      { title: "Trend", wide: "picture", cell: ({ customer }) => sparkline(days.byCustomer.get(customer)) },
      {
        title: "Spend",
        numeric: true,
        ...sorted("spend"),
        cell: spendCell,
        foot: spendCell(margins),
      },
      {
        title: "Revenue",
        numeric: true,
        ...sorted("revenue"),
        cell: ({ revenue }) => (revenue === undefined ? unknown("not configured") : money(revenue)),
        foot:
          margins.customersWithoutRevenue === margins.rows.length
            ? unknown("not configured")
            : money(margins.revenue),
      },
      {
        title: "Margin",
        numeric: true,
        ...sorted("margin"),
        cell: marginCell,
        foot:
          margins.customersWithoutRevenue === margins.rows.length
            ? unknown("no revenue")
            : money(margins.margin),
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
  const wanted = folded(filter);
  return folded(customer).includes(wanted) || folded(name).includes(wanted);
}

function folded(text: string): string {
  return text.normalize("NFC").toLowerCase();
}

type Compare = (a: MarginRow, b: MarginRow) => number;

const byName: Compare = (a, b) => NAMES.compare(a.name, b.name) || (a.customer < b.customer ? -1 : 1);
const NAMES = new Intl.Collator("en", { numeric: true });

/** Unknown figures come last, equal ones by name. */
function by(figure: (row: MarginRow) => bigint | undefined, direction: 1 | -1): Compare {
  return (a, b) => {
    const [x, y] = [figure(a), figure(b)];
    if (x === y) return byName(a, b);
    if (x === undefined) return 1;
    if (y === undefined) return -1;
    return x < y ? -direction : direction;
  };
}

const COMPARE: Readonly<Record<CustomerSort, Compare>> = {
  spend: by(({ net }) => net, -1),
  revenue: by(({ revenue }) => revenue, -1),
  margin: by(({ margin }) => margin, 1),
  calls: by(({ calls: made }) => BigInt(made), -1),
  per_call: by(({ net, calls: made }) => (made === 0 ? undefined : net / BigInt(made)), -1),
  name: byName,
};
