import type { AttoUsd } from "@keeptabs/pricing";
import { chartData } from "./chart-data.ts";
import { begun, type DayCost, type DaySeries } from "./day-series.ts";
import { calls, money, moneyText } from "./figures-text.ts";
import { EMPTY, type Html, html } from "./html.ts";
import { dayTitle } from "./months.ts";
import { table } from "./table.ts";

/** Height of the drawing in its own units: enough for the eye, whole numbers for a stable page. */
const HEIGHT = 1000;
const BAR = 10;
const GAP = 3;

/** A small picture of a customer's days. */
export function sparkline(days: readonly DayCost[] | undefined): Html {
  if (days === undefined || dearest(days) === undefined) return EMPTY;
  const shown = begun(days);
  return html`<svg class="spark" role="img" aria-label="${summaryOf(shown)}" viewBox="0 0 ${widthOf(shown)} ${HEIGHT}" preserveAspectRatio="none"><path d="${outline(shown)}"/></svg>`;
}

/**
 * The days of a month as bars, with a table of the same for those who can't see or point at them. Days
 * to come are marked as such. Where scripts run, `browser/charts.js` draws it anew from its data.
 */
export function dayChart(
  { all: days, by }: DaySeries,
  customerName: ((id: string) => string) | undefined,
): Html {
  const top = dearest(days);
  if (top === undefined) return EMPTY;
  const title = "Spend per day";
  const shown = begun(days);
  const data =
    customerName === undefined ? EMPTY : html` data-chart="${chartData({ all: days, by }, customerName)}"`;
  const [first, last] = [days[0], days.at(-1)];
  const middle = days[Math.floor((days.length - 1) / 2)];
  return html`<figure class="chart"${data}>
<figcaption><span>${title}</span><span class="said">highest on ${dayTitle(top.day)}: ${money(top.net)}</span></figcaption>
<svg role="img" aria-label="${summaryOf(shown)}" viewBox="0 0 ${widthOf(days)} ${HEIGHT}" preserveAspectRatio="none">${toCome(days, shown)}${bars(shown)}</svg>
<div class="axis" aria-hidden="true"><span>${dayTitle(first?.day ?? "")}</span><span>${dayTitle(middle?.day ?? "")}</span><span>${dayTitle(last?.day ?? "")}</span></div>
<details><summary>Days as a table</summary>
${table({
  caption: shown.length === days.length ? title : `${title}; days to come are not listed`,
  rows: shown,
  small: true,
  columns: [
    {
      title: "Day",
      rowHeader: true,
      cell: ({ day }) => html`<time datetime="${day}">${dayTitle(day)}</time>`,
    },
    { title: "Spend", numeric: true, cell: ({ net }) => money(net) },
    { title: "Calls", numeric: true, cell: (day) => calls(day.calls) },
  ],
})}
</details>
</figure>`;
}

function widthOf(days: readonly DayCost[]): number {
  return days.length * (BAR + GAP) - GAP;
}

/** Where the days to come will stand. */
function toCome(days: readonly DayCost[], shown: readonly DayCost[]): Html {
  const [next] = days.slice(shown.length);
  if (next === undefined) return EMPTY;
  const x = shown.length * (BAR + GAP);
  return html`<g><title>from ${dayTitle(next.day)} on: days to come</title><rect class="coming" x="${x}" y="0" width="${widthOf(days) - x}" height="${HEIGHT}"/></g>`;
}

/** A bar as long as its part of the whole. */
export function shareBar(ratio: number): Html {
  const width = Math.min(Math.max(ratio * 100, 0), 100).toFixed(2);
  return html`<svg class="share" aria-hidden="true"><rect class="track" width="100%" height="100%"/><rect width="${width}%" height="100%"/></svg>`;
}

function bars(days: readonly DayCost[]): readonly Html[] {
  const most = dearest(days)?.net;
  return days.map((day, index) => {
    const height = heightOf(day.net, most);
    const x = index * (BAR + GAP);
    // The whole column answers to the pointer, also over a low bar.
    return html`<g><title>${dayTitle(day.day)}: ${moneyText(day.net)}, ${calls(day.calls)}</title><rect class="column" x="${x}" y="0" width="${BAR}" height="${HEIGHT}"/><rect x="${x}" y="${HEIGHT - height}" width="${BAR}" height="${height}"/></g>`;
  });
}

/** The same bars as one path: a table has many of these pictures. */
function outline(days: readonly DayCost[]): string {
  const most = dearest(days)?.net;
  return days
    .map(({ net }, index) => {
      const height = heightOf(net, most);
      return height === 0 ? "" : `M${index * (BAR + GAP)} ${HEIGHT}v-${height}h${BAR}v${height}z`;
    })
    .join("");
}

/** Days that cost anything are seen, however little it is. */
function heightOf(net: AttoUsd, most: AttoUsd | undefined): number {
  if (most === undefined || net <= 0n) return 0;
  return Math.max(Number((net * BigInt(HEIGHT)) / most), 20);
}

function dearest(days: readonly DayCost[]): DayCost | undefined {
  const top = days.reduce<DayCost | undefined>(
    (best, day) => (best === undefined || day.net > best.net ? day : best),
    undefined,
  );
  return top === undefined || top.net <= 0n ? undefined : top;
}

function summaryOf(days: readonly DayCost[]): string {
  const top = dearest(days);
  const range = `Spend per day, ${dayTitle(days[0]?.day ?? "")} to ${dayTitle(days.at(-1)?.day ?? "")}`;
  if (top === undefined) return `${range}: none`;
  const active = days.filter(({ calls: made }) => made > 0).length;
  return `${range}: calls on ${active} ${active === 1 ? "day" : "days"}, most on ${dayTitle(top.day)} with ${moneyText(top.net)}`;
}
