import type { MarginRow } from "@keeptabs/billing";
import { ZERO_USD } from "@keeptabs/pricing";
import { UNATTRIBUTED } from "@keeptabs/usage";
import { dayChart } from "./charts.ts";
import { changeNote } from "./comparison.ts";
import { spendCell } from "./cost-cells.ts";
import { type CustomerSort, type CustomersOptions, customersTable, SORTS } from "./customers-table.ts";
import { featuresSection } from "./features-section.ts";
import { calls, count, money, percent, share } from "./figures-text.ts";
import { EMPTY, type Html, html } from "./html.ts";
import { documentOf } from "./layout.ts";
import type { Links } from "./links.ts";
import { modelsSection } from "./models-section.ts";
import type { MonthFigures } from "./month-figures.ts";
import { monthNavigation } from "./month-navigation.ts";
import { instantTitle, monthTitle } from "./months.ts";
import { nothingYet } from "./nothing-yet.ts";
import { siteNavigation } from "./site-navigation.ts";
import { figure, summaryOf, unpricedFigure } from "./summary.ts";
import { trustSection } from "./trust-section.ts";

/** The report page of a month. Without links it is one file that stands alone. */
export function reportPage(
  figures: MonthFigures,
  options: CustomersOptions,
  links: Links | undefined,
): string {
  const { month, margins } = figures;
  const navigation =
    links === undefined
      ? undefined
      : monthNavigation(figures, {
          href: (to) => links.report({ month: to, customer: options.filter, sort: options.sort }),
          path: links.report({}),
          keep: { customer: options.filter, sort: options.sort },
        });
  const empty = figures.total.calls === 0 && margins.rows.length === 0;
  const main = html`<div class="title"><h1>${monthTitle(month)}${figures.current ? html` <small>so far</small>` : EMPTY}</h1>${navigation}</div>
${empty ? nothingYet(figures, links) : reportBody(figures, options, links)}`;
  return documentOf(
    {
      title: `${monthTitle(month)} · Keeptabs`,
      header: empty ? EMPTY : siteNavigation("report", month, links),
      main,
      footer: footnote(figures, links),
      chart: !empty,
    },
    links,
  );
}

function reportBody(figures: MonthFigures, options: CustomersOptions, links: Links | undefined): Html {
  const { margins, days, month } = figures;
  const names = new Map(margins.rows.map(({ customer, name }) => [customer, name]));
  const nameOf = links === undefined ? undefined : (id: string): string => names.get(id) ?? id;
  return html`${summary(figures)}
${agreement(figures)}
${dayChart(days, nameOf)}
<section id="customers" aria-labelledby="customers-title">
<div class="section"><h2 id="customers-title">Customers</h2>${links === undefined ? EMPTY : filterForm(month, options, links)}</div>
${customersTable(figures, options, links)}
</section>
${featuresSection(figures, month, links, true)}
${modelsSection(figures, month)}
${trustSection(figures, links)}`;
}

/** The month in six figures. */
function summary({ margins, total, days, current, before }: MonthFigures): Html {
  const unattributed = margins.rows.find(({ customer }) => customer === UNATTRIBUTED);
  const losers = margins.rows.filter(({ margin }) => margin !== undefined && margin < 0n);
  const active = days.all.filter((day) => day.calls > 0).length;
  const known = margins.customersWithRevenue;
  return summaryOf([
    figure("Spend", spendCell(total), changeNote(total, before)),
    figure(
      "Revenue",
      known === 0 ? "—" : money(margins.revenue),
      known === 0
        ? "no customer's revenue is configured"
        : `${current ? "for the whole month, " : ""}of ${count(known)} ${known === 1 ? "customer" : "customers"} with known revenue`,
    ),
    figure(
      "Margin",
      known === 0 ? "—" : money(margins.margin),
      marginNote(margins, losers),
      margins.margin < 0n ? "bad" : undefined,
    ),
    figure(
      "Calls",
      count(total.calls),
      `on ${active} ${active === 1 ? "day" : "days"}; ${total.failedCalls === 0 ? "none failed" : `${count(total.failedCalls)} failed or broken off`}`,
    ),
    unpricedFigure(total),
    figure(
      "Unattributed",
      percent(share(unattributed?.net ?? ZERO_USD, total.net)),
      unattributedNote(unattributed),
      unattributed === undefined || unattributed.calls === 0 ? undefined : "warn",
    ),
  ]);
}

function marginNote(margins: MonthFigures["margins"], losers: readonly MarginRow[]): string {
  if (margins.revenue === 0n) return "needs a revenue";
  const ratio = `${percent(share(margins.margin, margins.revenue))} of revenue`;
  if (losers.length === 0) return `${ratio}; no customer at a loss`;
  return `${ratio}; ${count(losers.length)} ${losers.length === 1 ? "customer" : "customers"} at a loss`;
}

function unattributedNote(row: MarginRow | undefined): Html | string {
  if (row === undefined || row.calls === 0) return "every call names a customer";
  return html`${money(row.net)} in ${calls(row.calls)} without a customer`;
}

/** That the parts are the whole is checked on every page, not promised. */
function agreement({ agrees, margins, total }: MonthFigures): Html {
  if (!agrees) {
    return html`<p class="proof bad" role="alert">✗ The customers' sum ${money(margins.net)} and the ledger's total ${money(total.net)} differ. Do not bill from this page.</p>`;
  }
  return html`<p class="proof"><span aria-hidden="true">✓</span> Sum of customers = sum of features = sum of models = sum of days = total: ${money(total.net)}, equal to the last digit.</p>`;
}

function filterForm(month: string, { filter, sort }: CustomersOptions, links: Links): Html {
  const option = ([key, title]: readonly [CustomerSort, string]): Html =>
    html`<option value="${key}"${key === sort ? html` selected` : EMPTY}>${title}</option>`;
  return html`<form class="filter" method="get" action="${links.report({})}" role="search">
<input type="hidden" name="month" value="${month}">
<label><span>Find</span><input type="search" name="customer" value="${filter}" placeholder="name or id" maxlength="256"></label>
<label><span>Sort</span><select name="sort">${SORTS.map(option)}</select></label>
<button>Show</button>
</form>`;
}

function footnote({ timeZone, lastCallMs, readAtMs, trust }: MonthFigures, links: Links | undefined): Html {
  const reported = trust.bySource.get("provider");
  const basis =
    reported === undefined || reported.calls === 0
      ? html`All amounts are net cost in USD, computed from dated list prices and not yet settled against a provider's bill.`
      : html`Amounts are net cost in USD: ${money(reported.net)} as reported by the provider, the rest computed from dated list prices; not yet settled against a provider's bill.`;
  return html`<p>${basis} Rounded for reading; the exact amount is in each figure's title.</p>
<p>Days and months are those of ${timeZone}.${lastCallMs === undefined ? EMPTY : html` The latest call ended <time datetime="${new Date(lastCallMs).toISOString()}">${instantTitle(lastCallMs, timeZone)}</time>.`}${links === undefined ? html` Written ${instantTitle(readAtMs, timeZone)}.` : EMPTY}</p>`;
}
