import { shareBar } from "./charts.ts";
import { isUnknown, perCallCell, spendCell } from "./cost-cells.ts";
import type { Cost, CostRow } from "./costs.ts";
import { count, percent, share } from "./figures-text.ts";
import { EMPTY, type Html, type HtmlPart, html } from "./html.ts";
import { featureName, modelName, providerName } from "./names.ts";
import { type Column, table } from "./table.ts";

/** Spend by feature and by model, side by side. `models` have the keys provider and model. */
export function breakdowns(
  features: readonly CostRow[],
  models: readonly CostRow[],
  total: Cost,
  period: string,
): Html {
  return html`<div class="pair">
<section id="features" aria-labelledby="features-title"><h2 id="features-title">Features</h2>
${breakdown("Feature", `Spend per feature, ${period}`, features, total, ({ key }) => html`<span class="name">${featureName(key[0] ?? "")}</span>`)}
</section>
<section id="models" aria-labelledby="models-title"><h2 id="models-title">Models</h2>
${breakdown("Model", `Spend per model, ${period}`, models, total, ({ key }) => html`<span class="name">${modelName(key[1])}</span><span class="note">${providerName(key[0] ?? "")}</span>`)}
</section>
</div>`;
}

function breakdown(
  title: string,
  caption: string,
  rows: readonly CostRow[],
  total: Cost,
  name: (row: CostRow) => HtmlPart,
): Html {
  if (rows.length === 0) return html`<p class="quiet">No calls.</p>`;
  const columns: readonly Column<CostRow>[] = [
    { title, rowHeader: true, cell: name, foot: `All ${title.toLowerCase()}s` },
    {
      title: "Share",
      wide: "picture",
      cell: (row) =>
        isUnknown(row)
          ? EMPTY
          : html`<span class="of">${shareBar(share(row.net, total.net))}<span>${percent(share(row.net, total.net))}</span></span>`,
    },
    { title: "Spend", numeric: true, cell: spendCell, foot: spendCell(total) },
    {
      title: "Calls",
      numeric: true,
      cell: ({ calls, unpricedCalls }) =>
        html`${count(calls)}${unpricedCalls === 0 ? EMPTY : html`<span class="note"><b class="tag warn">${count(unpricedCalls)} unpriced</b></span>`}`,
      foot: count(total.calls),
    },
    {
      title: "Per call",
      numeric: true,
      cell: perCallCell,
      foot: perCallCell(total),
    },
  ];
  return table({ caption, rows, columns });
}
