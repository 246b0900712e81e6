import { UNATTRIBUTED } from "@keeptabs/usage";
import { calls, count, money } from "./figures-text.ts";
import { EMPTY, type Html, type HtmlPart, html } from "./html.ts";
import type { Links } from "./links.ts";
import type { MonthFigures } from "./month-figures.ts";
import { modelName, named, providerName } from "./names.ts";
import { reasonText } from "./reasons.ts";
import { table } from "./table.ts";
import type { UnpricedModel } from "./trust.ts";

/** How far the month's figures can be trusted, and what to do where they can't. */
export function trustSection(figures: MonthFigures, links: Links | undefined): Html {
  const { unpriced } = figures.trust;
  const findings = findingsOf(figures);
  return html`<section id="quality" aria-labelledby="quality-title"><h2 id="quality-title">Data quality</h2>
${unpriced.length === 0 ? EMPTY : unpricedTable(unpriced, figures.month, links)}
${unpriced.length === 0 && findings.length === 0 ? ALL_WELL : EMPTY}
${findings.length === 0 ? EMPTY : findingsTable(findings)}
</section>`;
}

const ALL_WELL = html`<p class="proof"><span aria-hidden="true">✓</span> Every call has a price and a customer, and its usage was reported in full.</p>`;

function findingsTable(findings: readonly Finding[]): Html {
  return table({
    caption: "What to know about these figures",
    rows: findings,
    columns: [
      { title: "Finding", rowHeader: true, cell: ({ name }) => html`<span class="name">${name}</span>` },
      { title: "How many", numeric: true, cell: ({ size }) => size },
      { title: "What it means", wide: "prose", cell: ({ meaning }) => meaning },
    ],
  });
}

function unpricedTable(unpriced: readonly UnpricedModel[], month: string, links: Links | undefined): Html {
  const name = ({ provider, model, partly }: UnpricedModel): Html => {
    if (links === undefined) return html`<span class="name">${modelName(model)}</span>`;
    const status = partly ? "partly_unpriced" : "unpriced";
    return html`<a class="name" href="${links.calls({ month, provider, model, status })}">${modelName(model)}</a>`;
  };
  return table({
    caption: "Models without a price: their calls are counted, their cost is not in any sum",
    rows: unpriced,
    rowClass: () => "attention",
    columns: [
      {
        title: "Model",
        rowHeader: true,
        cell: (row) => html`${name(row)}<span class="note">${providerName(row.provider)}</span>`,
      },
      { title: "Calls", numeric: true, cell: (row) => count(row.calls) },
      {
        title: "Why",
        wide: "prose",
        cell: ({ reason, partly }) =>
          html`${reasonText(reason).why}${partly ? " The rest of the call is priced." : EMPTY}<span class="note"><code>${named(reason)}</code></span>`,
      },
      { title: "What to do", wide: "prose", cell: ({ reason }) => reasonText(reason).remedy },
    ],
  });
}

interface Finding {
  readonly name: string;
  readonly size: HtmlPart;
  readonly meaning: HtmlPart;
}

function findingsOf({ margins, trust, conflicts }: MonthFigures): readonly Finding[] {
  const nobody = margins.rows.find(({ customer }) => customer === UNATTRIBUTED);
  const found: (Finding | undefined)[] = [
    nobody === undefined || nobody.calls === 0
      ? undefined
      : {
          name: "Unattributed calls",
          size: calls(nobody.calls),
          meaning: html`${money(nobody.net)} belong to no customer. Set the customer where the request is authenticated; a call inherits it from any span above it.`,
        },
    some(
      "Lower bounds",
      trust.lowerBound,
      ({ net }) =>
        html`More may have been billed than the ${money(net)} shown: the stream ended before its usage arrived. The provider's bill settles it.`,
    ),
    some(
      "Broken off",
      trust.aborted,
      () => "Calls that the caller or the network ended early; what was seen of them is charged.",
    ),
    some(
      "Failed",
      trust.failed,
      ({ net }) => html`Calls that the provider refused or failed; ${money(net)} is charged for them.`,
    ),
    some(
      "Uncertain usage",
      trust.uncertainUsage,
      ({ net }) => html`${money(net)} rest on usage that was estimated or is known in part.`,
    ),
    some(
      "Gateway estimates",
      trust.bySource.get("gateway"),
      ({ net }) => html`${money(net)} are a gateway's estimate, where no price of ours was found.`,
    ),
    many(
      "Described twice",
      trust.covered + trust.superseded,
      "Second spans of one call, from another instrumentation. Each call is charged once.",
    ),
    many(
      "Agents' sums",
      trust.held,
      "Spans that sum up calls below them. They are kept aside, since the calls themselves are charged.",
    ),
    many(
      "Conflicts",
      conflicts,
      "Spans that arrived again with other content since the ledger began. The first is charged, the others are kept aside.",
    ),
  ];
  return found.filter((finding) => finding !== undefined);
}

function some(
  name: string,
  sum: { readonly calls: number; readonly net: MonthFigures["total"]["net"] } | undefined,
  meaning: (sum: { readonly net: MonthFigures["total"]["net"] }) => HtmlPart,
): Finding | undefined {
  return sum === undefined || sum.calls === 0
    ? undefined
    : { name, size: calls(sum.calls), meaning: meaning(sum) };
}

function many(name: string, number: number, meaning: string): Finding | undefined {
  return number === 0
    ? undefined
    : { name, size: number === 1 ? "1 span" : `${count(number)} spans`, meaning };
}
