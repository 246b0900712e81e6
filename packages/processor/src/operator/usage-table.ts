import type { AttoUsd } from "@keeptabs/pricing";
import { shareBar } from "./charts.ts";
import { changeCell } from "./comparison.ts";
import { isUnknown, perCallCell, spendCell, unknown } from "./cost-cells.ts";
import type { Cost } from "./costs.ts";
import { calls, count, money, moneyPerMillion, percent, quantity, share } from "./figures-text.ts";
import { EMPTY, type Html, type HtmlPart, html } from "./html.ts";
import { type Column, table } from "./table.ts";
import { sumOfTokens, type Tokens } from "./tokens.ts";
import type { UsageRow } from "./usage-figures.ts";

/** How a table of cost against usage is made. */
export interface UsageTable {
  readonly caption: HtmlPart;
  /** `Feature`, `Model`: what a row is. */
  readonly title: string;
  readonly name: (row: UsageRow) => HtmlPart;
  /** Those that are shown. */
  readonly rows: readonly UsageRow[];
  /** All of them, also those that are not shown: the last line is their sum. */
  readonly all: readonly UsageRow[];
  readonly total: Cost;
  /** What the change is measured against; undefined: nothing. */
  readonly beforeTitle: string | undefined;
  readonly totalBefore: AttoUsd | undefined;
  /** Whether to count the customers of a row. */
  readonly countCustomers: boolean;
  readonly sort?: (key: UsageSort) => Column<UsageRow>["sort"];
}

/** What rows can be sorted by. */
export type UsageSort = "spend" | "change" | "calls" | "per_call" | "per_million" | "customers" | "name";

/** Cost against usage: what a call and a million tokens cost, who uses it, and how it changed. */
export function usageTable(given: UsageTable): Html {
  const { caption, title, name, rows, all, total, beforeTitle, totalBefore, sort } = given;
  if (all.length === 0) return html`<p class="quiet">No calls.</p>`;
  const sorted = (key: UsageSort): Pick<Column<UsageRow>, "sort"> => {
    const found = sort?.(key);
    return found === undefined ? {} : { sort: found };
  };
  const tokens = sumOfTokens(all.map((row) => row.tokens));
  const columns: readonly (Column<UsageRow> | undefined)[] = [
    { title, rowHeader: true, ...sorted("name"), cell: name, foot: `All ${title.toLowerCase()}s` },
    { title: "Share", wide: "picture", cell: (row) => shareCell(row, total) },
    { title: "Spend", numeric: true, ...sorted("spend"), cell: spendCell, foot: spendCell(total) },
    {
      title: "Change",
      numeric: true,
      ...sorted("change"),
      cell: ({ net, before }) => changeCell(net, before, beforeTitle),
      foot: changeCell(total.net, totalBefore, beforeTitle),
    },
    { title: "Calls", numeric: true, ...sorted("calls"), cell: callsCell, foot: count(total.calls) },
    { title: "Per call", numeric: true, ...sorted("per_call"), cell: perCallCell, foot: perCallCell(total) },
    {
      title: "Tokens in",
      numeric: true,
      cell: (row) => tokensIn(row.tokens),
      foot: tokensIn(tokens),
    },
    {
      title: "Tokens out",
      numeric: true,
      cell: (row) => quantity(row.tokens.output),
      foot: quantity(tokens.output),
    },
    {
      title: "Per 1M tokens",
      numeric: true,
      ...sorted("per_million"),
      cell: (row) => perMillionCell(row, row.tokens),
      foot: perMillionCell(total, tokens),
    },
    given.countCustomers
      ? {
          title: "Customers",
          numeric: true,
          ...sorted("customers"),
          cell: ({ customers }) => count(customers),
        }
      : undefined,
  ];
  return table({ caption, rows, columns: columns.filter((column) => column !== undefined) });
}

/** What is left out of a table, so that its lines and this add up to its last line. */
export function leftOut(rows: readonly Cost[], noun: string, href: string | undefined): Html {
  if (rows.length === 0) return EMPTY;
  const net = rows.reduce((sum, row) => sum + row.net, 0n) as AttoUsd;
  const made = rows.reduce((sum, row) => sum + row.calls, 0);
  const rest = html`${count(rows.length)} more ${noun}${rows.length === 1 ? EMPTY : "s"}: ${money(net)} in ${calls(made)}.`;
  return html`<p class="more">${rest}${href === undefined ? EMPTY : html` <a href="${href}">All ${noun}s</a>`}</p>`;
}

function shareCell(row: Cost, total: Cost): Html {
  if (isUnknown(row)) return EMPTY;
  const part = share(row.net, total.net);
  return html`<span class="of">${shareBar(part)}<span>${percent(part)}</span></span>`;
}

function callsCell({ calls: made, unpricedCalls }: UsageRow): Html {
  return html`${count(made)}${unpricedCalls === 0 ? EMPTY : html`<span class="note"><b class="tag warn">${count(unpricedCalls)} unpriced</b></span>`}`;
}

function tokensIn({ input, cached }: Tokens): Html {
  const note =
    cached <= 0n || input <= 0n
      ? EMPTY
      : html`<span class="note" title="${count(cached)} read from a cache">${percent(Number((cached * 1_000_000n) / input) / 1_000_000)} cached</span>`;
  return html`${quantity(input)}${note}`;
}

/** What a million tokens of all kinds cost, with whatever else the calls were charged for. */
function perMillionCell(cost: Cost, tokens: Tokens): Html {
  if (isUnknown(cost)) return unknown("no price");
  return moneyPerMillion(cost.net, tokens.input + tokens.output) ?? unknown("no tokens");
}
