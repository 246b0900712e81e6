import { callsTable } from "./calls-table.ts";
import { dayChart } from "./charts.ts";
import { against, changeNote } from "./comparison.ts";
import { perCallCell, spendCell, unknown } from "./cost-cells.ts";
import { crumbs } from "./crumbs.ts";
import type { FeatureFigures } from "./feature-figures.ts";
import { count, moneyPerMillion, percent, quantity } from "./figures-text.ts";
import { EMPTY, type Html, html } from "./html.ts";
import { documentOf } from "./layout.ts";
import type { Links } from "./links.ts";
import { modelsSection } from "./models-section.ts";
import { monthNavigation } from "./month-navigation.ts";
import { monthTitle } from "./months.ts";
import { featureName } from "./names.ts";
import { customerCell } from "./part-cells.ts";
import { siteNavigation } from "./site-navigation.ts";
import { figure, summaryOf, unpricedFigure } from "./summary.ts";
import { leftOut, usageTable } from "./usage-table.ts";

/** The page of one feature in a month: who uses it, on which models, and what that costs. */
export function featurePage(figures: FeatureFigures, links: Links): string {
  const { feature, month, timeZone, total, nameOf, current, days, dearest } = figures;
  // There is nothing to compare for who may see one customer.
  const shared = links.onlyCustomer === undefined;
  const by = new Map([...days.by].filter(([split]) => shared || split !== "customer"));
  const navigation = monthNavigation(figures, {
    href: (to) => links.feature(feature, to),
    path: links.feature(feature, month),
  });
  const main = html`${crumbs(month, links, [html`<a href="${links.features({ month })}">All features</a>`])}
<div class="title"><h1 class="long">${featureName(feature)} <small>${monthTitle(month)}${current ? " so far" : EMPTY}</small></h1>${navigation}</div>
${summary(figures, shared)}
${
  total.calls === 0
    ? html`<div class="empty"><p class="lead">No calls in ${monthTitle(month)}.</p></div>`
    : html`${dayChart({ all: days.all, by }, nameOf)}
${shared ? customersSection(figures, links) : EMPTY}
${modelsSection(figures, month)}
<section aria-labelledby="calls-title"><h2 id="calls-title">Dearest calls</h2>
${callsTable(
  {
    caption: `Up to 20 calls of ${monthTitle(month)}, the dearest first; each leads to its charge, line by line`,
    calls: dearest,
    month,
    timeZone,
    nameOf: shared ? nameOf : undefined,
    features: false,
  },
  links,
)}
<p class="more"><a href="${links.calls({ month, feature, order: "dearest" })}">All calls</a></p>
</section>`
}`;
  const footer = html`<p>Net cost in USD. Days and months are those of ${timeZone}. Tokens in include those read from and written to a cache.</p>`;
  const title = `${feature === "" ? "no feature named" : feature} · ${monthTitle(month)} · Keeptabs`;
  return documentOf(
    { title, header: siteNavigation("other", month, links), main, footer, chart: true },
    links,
  );
}

function summary({ total, before, tokens, customers }: FeatureFigures, shared: boolean): Html {
  const users = customers.filter(({ calls: made }) => made > 0).length;
  const all = tokens.input + tokens.output;
  const cached =
    tokens.input === 0n
      ? "no tokens in"
      : `${percent(Number((tokens.cached * 1_000_000n) / tokens.input) / 1_000_000)} of the input from a cache`;
  return summaryOf([
    figure("Spend", spendCell(total), changeNote(total, before)),
    figure(
      "Calls",
      count(total.calls),
      total.failedCalls === 0 ? "none failed" : `${count(total.failedCalls)} failed or broken off`,
    ),
    figure("Per call", perCallCell(total), "on average"),
    figure("Tokens", quantity(all), cached),
    figure("Per 1M tokens", moneyPerMillion(total.net, all) ?? unknown("no tokens"), "tokens in and out"),
    shared && total.unpricedCalls === 0
      ? figure("Customers", count(users), users === 1 ? "uses it" : "use it")
      : unpricedFigure(total),
  ]);
}

/** So many customers are listed; the others are one line. */
const MOST_CUSTOMERS = 100;

function customersSection({ customers, total, before, month, nameOf }: FeatureFigures, links: Links): Html {
  return html`<section id="users" aria-labelledby="users-title"><h2 id="users-title">Customers</h2>
${usageTable({
  title: "Customer",
  caption: html`Spend on this feature per customer, ${monthTitle(month)}${against(before)}`,
  name: ({ key }) => customerCell(key[0] ?? "", nameOf(key[0] ?? ""), month, links),
  rows: customers.slice(0, MOST_CUSTOMERS),
  all: customers,
  total,
  beforeTitle: before?.title,
  totalBefore: before?.total.net,
  countCustomers: false,
})}${leftOut(customers.slice(MOST_CUSTOMERS), "customer", undefined)}
</section>`;
}
