import { CALL_ORDERS, CALL_STATUSES, type CallsPage } from "@keeptabs/ledger";
import type { AskedCalls } from "./calls-query.ts";
import { callsTable } from "./calls-table.ts";
import { crumbs } from "./crumbs.ts";
import { EMPTY, type Html, html } from "./html.ts";
import { documentOf } from "./layout.ts";
import { type CallsAddress, fieldOf, type Links } from "./links.ts";
import { monthNavigation } from "./month-navigation.ts";
import { monthTitle } from "./months.ts";
import { siteNavigation } from "./site-navigation.ts";

/** A part of a month's calls, and how it was asked for. */
export interface CallsFigures extends CallsPage {
  readonly month: string;
  readonly timeZone: string;
  readonly current: boolean;
  readonly asked: AskedCalls;
  /** What the configuration calls a customer. */
  readonly nameOf: (customer: string) => string;
}

/** The page of calls: found by whose they are, what they ran on and what became of them, a page at a time. */
export function callsPageOf(figures: CallsFigures, links: Links): string {
  const { month, timeZone, current, asked, calls, cursor, nameOf } = figures;
  const { limit: _limit, cursor: shownFrom, ...wanted } = asked;
  const shared = links.onlyCustomer === undefined;
  const addressOf = (change: Partial<CallsAddress>): string => links.calls({ month, ...wanted, ...change });
  const navigation = monthNavigation(figures, {
    href: (to) => addressOf({ month: to }),
    path: links.calls({}),
    keep: keptBy(wanted),
  });
  const first =
    shownFrom === undefined ? EMPTY : html`<a rel="first" href="${addressOf({})}">⇤ First page</a>`;
  const next =
    cursor === undefined ? EMPTY : html`<a rel="next" href="${addressOf({ cursor })}">Next page →</a>`;
  const list =
    calls.length === 0
      ? html`<p class="lead">No ${shownFrom === undefined ? EMPTY : "further "}calls are such in ${monthTitle(month)}.</p>`
      : callsTable(
          {
            caption: `Calls of ${monthTitle(month)}, the ${wanted.order} first; each leads to its charge, line by line`,
            calls,
            month,
            timeZone,
            nameOf: shared ? nameOf : undefined,
            features: true,
          },
          links,
        );
  const main = html`${crumbs(month, links)}
<div class="title"><h1>Calls <small>${monthTitle(month)}${current ? " so far" : EMPTY}</small></h1>${navigation}</div>
<section id="calls" aria-labelledby="calls-title"><h2 class="hidden" id="calls-title">Which calls</h2>
${filterForm(month, wanted, links)}
${list}${shownFrom === undefined && cursor === undefined ? EMPTY : html`<nav class="pages" aria-label="Pages of calls">${first}${next}</nav>`}
</section>`;
  const footer = html`<p>Net cost in USD. Days and months are those of ${timeZone}. Names are found as they are spelt; <code>~</code> finds calls that name none.</p>`;
  const title = `Calls · ${monthTitle(month)} · Keeptabs`;
  return documentOf({ title, header: siteNavigation("calls", month, links), main, footer }, links);
}

type Wanted = Omit<AskedCalls, "limit" | "cursor">;

/** What the address of another month says besides. */
function keptBy({
  customer,
  feature,
  provider,
  model,
  outcome,
  status,
  order,
}: Wanted): Record<string, string> {
  return {
    customer: fieldOf(customer),
    feature: fieldOf(feature),
    provider: fieldOf(provider),
    model: fieldOf(model),
    outcome: outcome ?? "",
    status: status ?? "",
    order,
  };
}

/** How statuses are called in the form. */
const STATUSES: readonly (readonly [string, string])[] = [
  ["", "All that count"],
  ...CALL_STATUSES.map((status) => [status, status.replace("_", " ")] as const),
];
const OUTCOMES: readonly (readonly [string, string])[] = [
  ["", "Any"],
  ["ok", "ok"],
  ["error", "failed"],
  ["aborted", "broken off"],
];
const ORDERS: readonly (readonly [string, string])[] = CALL_ORDERS.map((order) => [order, `${order} first`]);

function filterForm(month: string, wanted: Wanted, links: Links): Html {
  const field = (title: string, name: "customer" | "feature" | "provider" | "model"): Html =>
    html`<label><span>${title}</span><input type="search" name="${name}" value="${fieldOf(wanted[name])}" placeholder="any" maxlength="256"></label>`;
  const choice = (
    title: string,
    name: string,
    options: readonly (readonly [string, string])[],
    chosen: string | undefined,
  ): Html =>
    html`<label><span>${title}</span><select name="${name}">${options.map(
      ([value, text]) =>
        html`<option value="${value}"${value === (chosen ?? "") ? html` selected` : EMPTY}>${text}</option>`,
    )}</select></label>`;
  return html`<form class="filter many" method="get" action="${links.calls({})}" role="search">
<input type="hidden" name="month" value="${month}">
${links.onlyCustomer === undefined ? field("Customer", "customer") : EMPTY}${field("Feature", "feature")}${field("Provider", "provider")}${field("Model", "model")}
${choice("Status", "status", STATUSES, wanted.status)}${choice("Outcome", "outcome", OUTCOMES, wanted.outcome)}${choice("Order", "order", ORDERS, wanted.order)}
<button>Show</button>
</form>`;
}
