import type { Adjustment, Entry } from "@keeptabs/ledger";
import { type AttoUsd, sumUsd, ZERO_USD } from "@keeptabs/pricing";
import { exactMoney } from "./figures-text.ts";
import { EMPTY, type Html, type HtmlPart, html } from "./html.ts";
import { instantText } from "./instant.ts";
import { instantTitle } from "./months.ts";
import { customerName, featureName, named } from "./names.ts";
import { table } from "./table.ts";

/** What an entry, or an adjustment of it, added to somebody's sums. */
interface Posting {
  readonly bookedAt: bigint;
  readonly what: string;
  readonly why: HtmlPart;
  readonly customer: string;
  readonly feature: string;
  readonly calls: number;
  readonly net: AttoUsd;
}

const WHAT: Readonly<Record<Adjustment["kind"], readonly [taken: string, given: string]>> = {
  superseded: ["taken back", "charged after all"],
  released: ["kept aside again", "charged"],
  reattributed: ["taken from", "moved to"],
  repriced: ["old charge taken back", "charged anew"],
};

/** What became of a call since it was booked: nothing is edited, so that each step is still there. */
export function historySection(entry: Entry, adjustments: readonly Adjustment[], timeZone: string): Html {
  if (adjustments.length === 0) return EMPTY;
  const postings = [firstOf(entry, adjustments), ...adjustments.map(postingOf)];
  const sum = sumUsd(postings.map(({ net }) => net));
  return html`<section id="history" aria-labelledby="history-title"><h2 id="history-title">What became of it</h2>
${table({
  caption: "Each booking, oldest first; together they are what the call counts as now",
  rows: postings,
  columns: [
    {
      title: "Booked",
      rowHeader: true,
      cell: ({ bookedAt }) =>
        html`<time datetime="${instantText(bookedAt)}">${instantTitle(Number(bookedAt / 1_000_000n), timeZone)}</time><span class="note">${instantText(bookedAt)}</span>`,
      foot: "Counts now",
    },
    { title: "What", wide: "prose", cell: ({ what, why }) => html`${what}${why}` },
    { title: "Customer", cell: ({ customer }) => customerName(customer, customer) },
    { title: "Feature", cell: ({ feature }) => featureName(feature) },
    {
      title: "Calls",
      numeric: true,
      cell: ({ calls }) => signed(calls),
      foot: String(postings.reduce((all, { calls }) => all + calls, 0)),
    },
    { title: "Net", numeric: true, cell: ({ net }) => exactMoney(net), foot: exactMoney(sum) },
  ],
})}
</section>`;
}

/** The first booking: what counts now, without what was adjusted since. */
function firstOf(entry: Entry, adjustments: readonly Adjustment[]): Posting {
  const now = entry.posted ? entry.net : ZERO_USD;
  const since = sumUsd(adjustments.map(({ net }) => net));
  const calls = (entry.posted ? 1 : 0) - adjustments.reduce((all, { calls: some }) => all + some, 0);
  // What is first taken back is taken from whom it was first booked for.
  const from = adjustments.find((adjustment) => adjustment.calls < 0) ?? entry;
  return {
    bookedAt: entry.bookedAt,
    what: calls === 0 ? "booked, not charged" : "booked",
    why: undefined,
    customer: from.customer,
    feature: from.feature,
    calls,
    net: (now - since) as AttoUsd,
  };
}

function postingOf({ kind, reason, calls, ...rest }: Adjustment): Posting {
  const [taken, given] = WHAT[kind];
  return {
    ...rest,
    calls,
    what: calls < 0 ? taken : given,
    why: reason === "" ? undefined : html`<span class="note">${named(reason.replaceAll("_", " "))}</span>`,
  };
}

function signed(calls: number): string {
  return calls > 0 ? `+${calls}` : calls === 0 ? "0" : `−${-calls}`;
}
