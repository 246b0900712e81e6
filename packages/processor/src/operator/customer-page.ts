import type { Entry } from "@keeptabs/ledger";
import { breakdowns } from "./breakdown.ts";
import { dayChart } from "./charts.ts";
import { perCallCell, spendCell, unknown } from "./cost-cells.ts";
import type { CustomerFigures } from "./customer-figures.ts";
import { budgetNote } from "./customers-table.ts";
import { calls, count, money, percent, share } from "./figures-text.ts";
import { EMPTY, type Html, html } from "./html.ts";
import { documentOf } from "./layout.ts";
import type { Links } from "./links.ts";
import { monthNavigation } from "./month-navigation.ts";
import { instantTitle, monthTitle } from "./months.ts";
import { customerName, featureName, modelName, named, providerName } from "./names.ts";
import { statusText } from "./status.ts";
import { table } from "./table.ts";

/** The page of one customer in a month. */
export function customerPage(figures: CustomerFigures, links: Links): string {
  const { margin, month, customer, timeZone } = figures;
  const id = margin.customer;
  const about = [
    margin.name === id ? undefined : html`<code>${named(id)}</code>`,
    margin.plan === undefined ? undefined : html`${named(margin.plan)} plan`,
    customer === undefined ? html`not in the configuration` : undefined,
  ].filter((part) => part !== undefined);
  const navigation = monthNavigation(figures, (to) => links.customer(id, to));
  const main = html`<p class="crumbs"><a href="${links.report({ month })}">All customers</a></p>
<div class="title"><h1 class="long">${customerName(id, margin.name)} <small>${monthTitle(month)}${figures.current ? " so far" : EMPTY}</small></h1>${navigation}</div>
${about.length === 0 ? EMPTY : html`<p class="quiet">${about.map((part, i) => html`${i === 0 ? EMPTY : " · "}${part}`)}</p>`}
${summary(figures)}
${
  margin.calls === 0
    ? html`<div class="empty"><p class="lead">No calls in ${monthTitle(month)}.</p></div>`
    : html`${dayChart(figures.days, "Spend per day")}
${breakdowns(figures.features, figures.models, margin, monthTitle(month))}
<section aria-labelledby="calls-title"><h2 id="calls-title">Dearest calls</h2>
${callsTable(figures.dearest, timeZone, month, links)}
</section>`
}`;
  const footer = html`<p>Net cost in USD. Days and months are those of ${timeZone}.</p>`;
  const title = `${margin.name} · ${monthTitle(month)} · Keeptabs`;
  return documentOf({ title, main, footer }, links);
}

function summary({ margin }: CustomerFigures): Html {
  const { net, revenue, margin: left, marginRatio, budget } = margin;
  const loss = left !== undefined && left < 0n;
  return html`<dl class="summary">
<div><dt>Spend</dt><dd>${spendCell(margin)}</dd><dd class="note">${budget === undefined ? "no budget set" : html`${budgetNote(share(net, budget))} of ${money(budget)}`}</dd></div>
<div><dt>Revenue</dt><dd>${revenue === undefined ? unknown("not configured") : money(revenue)}</dd><dd class="note">${revenue === undefined ? "not configured" : "for the month"}</dd></div>
<div${loss ? html` class="bad"` : EMPTY}><dt>Margin</dt><dd>${left === undefined ? unknown("no revenue") : money(left)}</dd><dd class="note">${loss ? html`<b class="tag bad">loss</b> ` : EMPTY}${marginRatio === undefined ? "needs a revenue" : `${percent(marginRatio)} of revenue`}</dd></div>
<div><dt>Calls</dt><dd>${count(margin.calls)}</dd><dd class="note">${margin.failedCalls === 0 ? "none failed" : `${count(margin.failedCalls)} failed or broken off`}</dd></div>
<div><dt>Per call</dt><dd>${perCallCell(margin)}</dd><dd class="note">on average</dd></div>
<div${margin.unpricedCalls === 0 ? EMPTY : html` class="warn"`}><dt>Unpriced</dt><dd>${count(margin.unpricedCalls)}</dd><dd class="note">${margin.unpricedCalls === 0 ? "every call has a price" : `${calls(margin.unpricedCalls)} cost more than shown`}</dd></div>
</dl>`;
}

function callCost({ net, kind }: Entry): Html {
  return kind === "unpriced" ? unknown("no price") : money(net);
}

function callsTable(entries: readonly Entry[], timeZone: string, month: string, links: Links): Html {
  return table({
    caption: `Up to 20 calls of ${monthTitle(month)}, the dearest first; each leads to its charge, line by line`,
    rows: entries,
    columns: [
      {
        title: "Ended",
        rowHeader: true,
        cell: ({ traceId, spanId, occurredAt }) =>
          html`<a href="${links.call(traceId, spanId)}">${instantTitle(Number(occurredAt / 1_000_000n), timeZone)}</a>`,
      },
      {
        title: "Model",
        wide: "prose",
        cell: ({ responseModel, requestModel, provider }) =>
          html`<span class="name">${modelName(responseModel ?? requestModel)}</span><span class="note">${providerName(provider)}</span>`,
      },
      { title: "Feature", cell: ({ feature }) => featureName(feature) },
      { title: "Status", cell: (entry) => statusText(entry).short },
      { title: "Cost", numeric: true, cell: callCost },
    ],
  });
}
