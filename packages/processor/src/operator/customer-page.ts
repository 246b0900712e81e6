import { callsTable } from "./calls-table.ts";
import { dayChart } from "./charts.ts";
import { changeNote } from "./comparison.ts";
import { perCallCell, spendCell, unknown } from "./cost-cells.ts";
import { crumbs } from "./crumbs.ts";
import type { CustomerFigures } from "./customer-figures.ts";
import { budgetNote } from "./customers-table.ts";
import { featuresSection } from "./features-section.ts";
import { count, money, percent, share } from "./figures-text.ts";
import { EMPTY, type Html, html } from "./html.ts";
import { documentOf } from "./layout.ts";
import type { Links } from "./links.ts";
import { modelsSection } from "./models-section.ts";
import { monthNavigation } from "./month-navigation.ts";
import { monthTitle } from "./months.ts";
import { customerName, named } from "./names.ts";
import { siteNavigation } from "./site-navigation.ts";
import { figure, summaryOf, unpricedFigure } from "./summary.ts";

/** The page of one customer in a month. */
export function customerPage(figures: CustomerFigures, links: Links): string {
  const { margin, month, customer, timeZone } = figures;
  const id = margin.customer;
  const about = [
    margin.name === id ? undefined : html`<code>${named(id)}</code>`,
    margin.plan === undefined ? undefined : html`${named(margin.plan)} plan`,
    customer === undefined ? html`not in the configuration` : undefined,
    margin.budget === undefined
      ? undefined
      : html`${budgetNote(share(margin.net, margin.budget))} of ${money(margin.budget)}`,
  ].filter((part) => part !== undefined);
  const navigation = monthNavigation(figures, {
    href: (to) => links.customer(id, to),
    path: links.customer(id, month),
  });
  const whole = { ...figures, total: margin };
  const main = html`${crumbs(month, links)}
<div class="title"><h1 class="long">${customerName(id, margin.name)} <small>${monthTitle(month)}${figures.current ? " so far" : EMPTY}</small></h1>${navigation}</div>
${about.length === 0 ? EMPTY : html`<p class="quiet">${about.map((part, i) => html`${i === 0 ? EMPTY : " · "}${part}`)}</p>`}
${summary(figures)}
${
  margin.calls === 0
    ? html`<div class="empty"><p class="lead">No calls in ${monthTitle(month)}.</p></div>`
    : html`${dayChart(figures.days, (other) => other)}
${featuresSection(whole, month, links, false)}
${modelsSection(whole, month)}
<section aria-labelledby="calls-title"><h2 id="calls-title">Dearest calls</h2>
${callsTable(
  {
    caption: `Up to 20 calls of ${monthTitle(month)}, the dearest first; each leads to its charge, line by line`,
    calls: figures.dearest,
    month,
    timeZone,
    nameOf: undefined,
    features: true,
  },
  links,
)}
<p class="more"><a href="${links.calls({ month, customer: id, order: "dearest" })}">All calls</a></p>
</section>`
}`;
  const footer = html`<p>Net cost in USD. Days and months are those of ${timeZone}.</p>`;
  const title = `${margin.name} · ${monthTitle(month)} · Keeptabs`;
  return documentOf(
    { title, header: siteNavigation("customer", month, links), main, footer, chart: true },
    links,
  );
}

function summary({ margin, before, current }: CustomerFigures): Html {
  const { revenue, margin: left, marginRatio } = margin;
  const loss = left !== undefined && left < 0n;
  return summaryOf([
    figure("Spend", spendCell(margin), changeNote(margin, before)),
    figure(
      "Revenue",
      revenue === undefined ? unknown("not configured") : money(revenue),
      revenue === undefined ? "not configured" : current ? "for the whole month" : "for the month",
    ),
    figure(
      "Margin",
      left === undefined ? unknown("no revenue") : money(left),
      html`${loss ? html`<b class="tag bad">loss</b> ` : EMPTY}${marginRatio === undefined ? "needs a revenue" : `${percent(marginRatio)} of revenue`}`,
      loss ? "bad" : undefined,
    ),
    figure(
      "Calls",
      count(margin.calls),
      margin.failedCalls === 0 ? "none failed" : `${count(margin.failedCalls)} failed or broken off`,
    ),
    figure("Per call", perCallCell(margin), "on average"),
    unpricedFigure(margin),
  ]);
}
