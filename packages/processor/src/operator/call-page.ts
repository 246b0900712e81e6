import { monthOf } from "@keeptabs/billing";
import type { Adjustment, Entry } from "@keeptabs/ledger";
import { chargeLines } from "./charge-lines.ts";
import { unknown } from "./cost-cells.ts";
import { crumbs } from "./crumbs.ts";
import { count, exactMoney, money } from "./figures-text.ts";
import { historySection } from "./history-section.ts";
import { EMPTY, type Html, type HtmlPart, html } from "./html.ts";
import { instantText } from "./instant.ts";
import { documentOf } from "./layout.ts";
import type { Links } from "./links.ts";
import { instantTitle } from "./months.ts";
import { customerName, featureName, modelName, named, providerName } from "./names.ts";
import { reasonText } from "./reasons.ts";
import { siteNavigation } from "./site-navigation.ts";
import { statusText } from "./status.ts";
import { table } from "./table.ts";

/** A call and what is known around it. */
export interface CallFigures {
  readonly entry: Entry;
  /** The entry that is charged in its place. */
  readonly chargedAs: Entry | undefined;
  /** What became of the entry after it was booked, oldest first. */
  readonly adjustments: readonly Adjustment[];
  /** What the configuration calls the customer. */
  readonly customerName: string;
  readonly timeZone: string;
}

/** The page of one call: its charge as a person would check it. */
export function callPage(figures: CallFigures, links: Links): string {
  const { entry, chargedAs, timeZone } = figures;
  const month = monthOf(Number(entry.occurredAt / 1_000_000n), timeZone);
  const status = statusText(entry);
  const customer = html`<a href="${links.customer(entry.customer, month)}">${customerName(entry.customer, figures.customerName)}</a>`;
  const main = html`${crumbs(month, links, [customer])}
<div class="title"><h1>What this call cost</h1></div>
<p class="answer">${answer(entry)}</p>
<p class="lead">${status.long}${chargedAs === undefined ? EMPTY : html` <a href="${links.call(chargedAs.traceId, chargedAs.spanId)}">See the one that is charged.</a>`}</p>
<p class="quiet">${modelName(entry.responseModel ?? entry.requestModel)} (${providerName(entry.provider)}) for ${customerName(entry.customer, figures.customerName)}, feature <a href="${links.feature(entry.feature, month)}">${featureName(entry.feature)}</a>.</p>
<section aria-labelledby="lines-title"><h2 id="lines-title">The charge, line by line</h2>
${entry.lines.length === 0 ? withoutLines(entry) : chargeLines(entry)}
</section>
<section aria-labelledby="facts-title"><h2 id="facts-title">The call</h2>
${facts(factsOf(entry, timeZone))}
</section>
${historySection(entry, figures.adjustments, timeZone)}
${
  entry.notes.length === 0
    ? EMPTY
    : html`<section aria-labelledby="notes-title"><h2 id="notes-title">Notes of the reader</h2><ul>${entry.notes.map((note) => html`<li>${named(note.replaceAll("_", " "))}</li>`)}</ul></section>`
}`;
  const footer = html`<p>Every amount on this page is exact. Times are those of ${timeZone}; the exact ones, in UTC, are beside them.</p>`;
  return documentOf(
    {
      title: `Call ${entry.spanId} · Keeptabs`,
      header: siteNavigation("other", month, links),
      main,
      footer,
    },
    links,
  );
}

/** The amount, as far as it is one. */
function answer({ kind, posted, lowerBound, net }: Entry): Html {
  if (!posted) return html`not charged`;
  if (kind === "unpriced") return html`not known`;
  return kind === "partly_unpriced" || lowerBound ? html`at least ${exactMoney(net)}` : exactMoney(net);
}

function withoutLines(entry: Entry): Html {
  const usage =
    entry.quantities.length === 0
      ? html`<p>No usage is known.</p>`
      : table({
          caption: "The usage that was reported",
          small: true,
          rows: entry.quantities,
          columns: [
            { title: "Unit", rowHeader: true, cell: ([unit]) => html`<code>${named(unit)}</code>` },
            { title: "Quantity", numeric: true, cell: ([, quantity]) => count(quantity) },
          ],
        });
  if (entry.costSource === "provider" || entry.costSource === "gateway") {
    return html`<p>The amount was reported as a whole; there is nothing to multiply.</p>${usage}`;
  }
  const remedy =
    entry.reason === undefined || entry.kind === "zero"
      ? EMPTY
      : html`<p class="proof warn">${reasonText(entry.reason).remedy}</p>`;
  return html`${remedy}${usage}`;
}

type Fact = readonly [name: string, value: HtmlPart];

function factsOf(entry: Entry, timeZone: string): readonly Fact[] {
  const optional = (name: string, value: string | undefined): readonly Fact[] =>
    value === undefined || value === "" ? [] : [[name, named(value)]];
  const instant = (nanos: bigint): Html =>
    html`<time datetime="${instantText(nanos)}">${instantTitle(Number(nanos / 1_000_000n), timeZone)}</time><span class="note">${instantText(nanos)}</span>`;
  return [
    [
      "Status",
      html`${entry.kind.replaceAll("_", " ")}${entry.reason === undefined ? EMPTY : html` <code>${named(entry.reason)}</code>`}`,
    ],
    ["Counts in totals", entry.posted ? "yes" : "no"],
    ["Outcome", entry.outcome],
    ["Usage quality", html`${entry.quality}${entry.lowerBound ? ", a lower bound" : EMPTY}`],
    ["Cost source", entry.costSource],
    ["List cost", entry.kind === "unpriced" ? unknown("not known") : exactMoney(entry.list)],
    [
      "Net cost",
      entry.kind === "unpriced"
        ? unknown("not known")
        : html`${exactMoney(entry.net)}<span class="note">${money(entry.net)} rounded</span>`,
    ],
    ...optional("Price version", entry.priceVersion),
    ["Began", instant(entry.startedAt)],
    [
      "Ended",
      html`${instant(entry.occurredAt)}<span class="note">prices and month are taken at this time</span>`,
    ],
    ["Booked", instant(entry.bookedAt)],
    ...optional("Model asked for", entry.requestModel),
    ...optional("Model that answered", entry.responseModel),
    ...optional("Operation", entry.operation),
    ...optional("Response id", entry.responseId),
    ["Trace and span", html`<code>${entry.traceId}</code><br><code>${entry.spanId}</code>`],
    ...optional("Read as", entry.dialect),
    ...optional("Instrumentation", entry.scope),
    ...optional("Sent by", entry.source),
  ];
}

function facts(list: readonly Fact[]): Html {
  return html`<dl class="facts">${list.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
