import { against, type CostBefore } from "./comparison.ts";
import type { Cost } from "./costs.ts";
import { type Html, html } from "./html.ts";
import { monthTitle } from "./months.ts";
import { modelCell } from "./part-cells.ts";
import type { UsageRow } from "./usage-figures.ts";
import { leftOut, usageTable } from "./usage-table.ts";

/** So many models are listed; the others are one line. */
const MOST = 50;

/** Cost against usage by model; the rows' keys are provider and model. */
export function modelsSection(
  {
    models,
    total,
    before,
  }: { readonly models: readonly UsageRow[]; readonly total: Cost; readonly before: CostBefore | undefined },
  month: string,
): Html {
  return html`<section id="models" aria-labelledby="models-title"><h2 id="models-title">Models</h2>
${usageTable({
  title: "Model",
  caption: html`Spend, calls and tokens per model, ${monthTitle(month)}${against(before)}`,
  name: modelCell,
  rows: models.slice(0, MOST),
  all: models,
  total,
  beforeTitle: before?.title,
  totalBefore: before?.total.net,
  countCustomers: false,
})}${leftOut(models.slice(MOST), "model", undefined)}
</section>`;
}
