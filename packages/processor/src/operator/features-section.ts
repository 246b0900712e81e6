import { against, type CostBefore } from "./comparison.ts";
import type { Cost } from "./costs.ts";
import { type Html, html } from "./html.ts";
import type { Links } from "./links.ts";
import { monthTitle } from "./months.ts";
import { featureCell } from "./part-cells.ts";
import type { UsageRow } from "./usage-figures.ts";
import { leftOut, usageTable } from "./usage-table.ts";

/** So many features are listed; the others are one line that leads to all of them. */
const MOST = 20;

/** Cost against usage by feature. Without links all of them, since nothing else could show the others. */
export function featuresSection(
  {
    features,
    total,
    before,
  }: {
    readonly features: readonly UsageRow[];
    readonly total: Cost;
    readonly before: CostBefore | undefined;
  },
  month: string,
  links: Links | undefined,
  countCustomers: boolean,
): Html {
  const most = links === undefined ? features.length : MOST;
  return html`<section id="features" aria-labelledby="features-title"><h2 id="features-title">Features</h2>
${usageTable({
  title: "Feature",
  caption: html`Spend, calls and tokens per feature, ${monthTitle(month)}${against(before)}`,
  name: ({ key }) => featureCell(key[0] ?? "", month, links),
  rows: features.slice(0, most),
  all: features,
  total,
  beforeTitle: before?.title,
  totalBefore: before?.total.net,
  countCustomers,
})}${leftOut(features.slice(most), "feature", countCustomers ? links?.features({ month }) : undefined)}
</section>`;
}
