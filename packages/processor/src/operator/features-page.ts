import { against } from "./comparison.ts";
import { crumbs } from "./crumbs.ts";
import type { FeaturesFigures } from "./feature-figures.ts";
import { count } from "./figures-text.ts";
import { EMPTY, type Html, html } from "./html.ts";
import { documentOf } from "./layout.ts";
import type { Links } from "./links.ts";
import { monthNavigation } from "./month-navigation.ts";
import { monthTitle } from "./months.ts";
import { named } from "./names.ts";
import { byFigure, byName, type Compare, contains } from "./ordering.ts";
import { pageNavigation, pageOf } from "./paging.ts";
import { featureCell } from "./part-cells.ts";
import { siteNavigation } from "./site-navigation.ts";
import type { UsageRow } from "./usage-figures.ts";
import { type UsageSort, usageTable } from "./usage-table.ts";

/** How features can be sorted, with what each is called. */
export const FEATURE_SORTS: readonly (readonly [UsageSort, string])[] = [
  ["spend", "Highest spend"],
  ["change", "Largest increase"],
  ["calls", "Most calls"],
  ["per_call", "Highest cost per call"],
  ["per_million", "Highest cost per token"],
  ["customers", "Most customers"],
  ["name", "Name"],
];

/** Which features are shown, and in what order. */
export interface FeaturesOptions {
  /** Shows only features whose name contains it; sums stay those of all. */
  readonly filter: string;
  readonly sort: UsageSort;
  /** Counted from 1. */
  readonly page: number;
}

/** The page of all features: cost against usage, which shows what is quietly expensive. */
export function featuresPage(figures: FeaturesFigures, options: FeaturesOptions, links: Links): string {
  const { month, timeZone, current } = figures;
  const { filter, sort } = options;
  const navigation = monthNavigation(figures, {
    href: (to) => links.features({ month: to, feature: filter, sort }),
    path: links.features({}),
    keep: { feature: filter, sort },
  });
  const main = html`${crumbs(month, links)}
<div class="title"><h1>Features <small>${monthTitle(month)}${current ? " so far" : EMPTY}</small></h1>${navigation}</div>
<section id="features" aria-labelledby="features-title">
<div class="section"><h2 id="features-title">Cost against usage</h2>${filterForm(month, options, links)}</div>
${featuresTable(figures, options, links)}
</section>`;
  const footer = html`<p>Net cost in USD. Days and months are those of ${timeZone}. Tokens in include those read from and written to a cache.</p>`;
  const title = `Features · ${monthTitle(month)} · Keeptabs`;
  return documentOf({ title, header: siteNavigation("features", month, links), main, footer }, links);
}

function featuresTable(
  { features, total, before, month }: FeaturesFigures,
  { filter, sort, page }: FeaturesOptions,
  links: Links,
): Html {
  const matching = features.filter(({ key }) => contains(key[0] ?? "", filter)).toSorted(COMPARE[sort]);
  const paged = pageOf(matching, page);
  const whole = `Spend, calls and tokens per feature, ${monthTitle(month)}`;
  const rows = usageTable({
    title: "Feature",
    caption:
      filter === ""
        ? html`${whole}${against(before)}`
        : html`${count(matching.length)} of ${count(features.length)} features match “${named(filter)}”; the last line is the sum of all`,
    name: ({ key }) => featureCell(key[0] ?? "", month, links),
    rows: paged.rows,
    all: features,
    total,
    beforeTitle: before?.title,
    totalBefore: before?.total.net,
    countCustomers: links.onlyCustomer === undefined,
    sort: (key) => ({
      href: links.features({ month, feature: filter, sort: key }),
      state: key !== sort ? "none" : key === "name" ? "ascending" : "descending",
    }),
  });
  return html`${rows}${pageNavigation(paged, "Pages of features", (to) => links.features({ month, feature: filter, sort, page: to }))}`;
}

function filterForm(month: string, { filter, sort }: FeaturesOptions, links: Links): Html {
  const option = ([key, title]: readonly [UsageSort, string]): Html =>
    html`<option value="${key}"${key === sort ? html` selected` : EMPTY}>${title}</option>`;
  const sorts = FEATURE_SORTS.filter(([key]) => key !== "customers" || links.onlyCustomer === undefined);
  return html`<form class="filter" method="get" action="${links.features({})}" role="search">
<input type="hidden" name="month" value="${month}">
<label><span>Find</span><input type="search" name="feature" value="${filter}" placeholder="name" maxlength="256"></label>
<label><span>Sort</span><select name="sort">${sorts.map(option)}</select></label>
<button>Show</button>
</form>`;
}

const BY_NAME = byName<UsageRow>(({ key }) => key[0] ?? "");
const by = (figure: (row: UsageRow) => bigint | undefined): Compare<UsageRow> =>
  byFigure(figure, -1, BY_NAME);

const COMPARE: Readonly<Record<UsageSort, Compare<UsageRow>>> = {
  spend: by(({ net }) => net),
  change: by(({ net, before }) => net - (before ?? 0n)),
  calls: by(({ calls }) => BigInt(calls)),
  per_call: by(({ net, calls }) => (calls === 0 ? undefined : net / BigInt(calls))),
  per_million: by(({ net, tokens }) => {
    const all = tokens.input + tokens.output;
    return all <= 0n ? undefined : (net * 1_000_000n) / all;
  }),
  customers: by(({ customers }) => BigInt(customers)),
  name: BY_NAME,
};
