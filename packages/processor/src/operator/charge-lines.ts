import type { Entry } from "@keeptabs/ledger";
import { type AttoUsd, type ChargeLine, sumUsd } from "@keeptabs/pricing";
import { count, exactMoney } from "./figures-text.ts";
import { EMPTY, type Html, html } from "./html.ts";
import { named } from "./names.ts";
import { reasonText } from "./reasons.ts";
import { type Column, table } from "./table.ts";

/** A charge line by line, as a person would check it by hand; and that the lines are what was booked. */
export function chargeLines(entry: Entry): Html {
  const list = sumUsd(entry.lines.map(({ amount }) => amount));
  const net = sumUsd(entry.lines.map(netOf));
  const agreed = entry.lines.some(({ agreement }) => agreement !== undefined);
  const columns = [...LIST_COLUMNS(list), ...(agreed ? AGREED_COLUMNS(net) : []), PRICE_COLUMN];
  const caption = agreed
    ? "quantity × rate × factors = amount by list price; what was negotiated makes it the net amount, in USD"
    : "quantity × rate × factors = amount, in USD";
  return html`${table({ caption, rows: entry.lines, columns })}${check(entry, list, net)}${gapsOf(entry)}`;
}

function netOf({ amount, agreement }: ChargeLine): AttoUsd {
  return agreement?.net ?? amount;
}

const LIST_COLUMNS = (sum: AttoUsd): readonly Column<ChargeLine>[] => [
  {
    title: "Unit",
    rowHeader: true,
    cell: ({ unit, model, assumption }) =>
      html`<code>${named(unit)}</code>${model === undefined ? EMPTY : html`<span class="note">on ${named(model)}</span>`}${assumption === undefined ? EMPTY : html`<span class="note">assumed: ${named(assumption.replace(/^assumed_/, "").replaceAll("_", " "))}</span>`}`,
    foot: "Sum of the lines",
  },
  {
    title: "Quantity",
    numeric: true,
    cell: ({ quantity, billed }) =>
      html`${count(quantity)}${billed === undefined ? EMPTY : html`<span class="note">billed as ${count(billed)}, the provider's minimum</span>`}`,
  },
  {
    title: "Rate",
    numeric: true,
    cell: ({ rate, per }) => html`$${rateText(rate)}<span class="note">per ${perText(per)}</span>`,
  },
  {
    title: "Factors",
    numeric: true,
    cell: ({ factors }) => (factors.length === 0 ? "none" : factors.map((by) => html`× ${by} `)),
  },
  {
    title: "Amount",
    numeric: true,
    cell: ({ amount, rounded }) =>
      html`${exactMoney(amount)}${rounded ? html`<span class="note">rounded at 1e-18</span>` : EMPTY}`,
    foot: exactMoney(sum),
  },
];

const AGREED_COLUMNS = (sum: AttoUsd): readonly Column<ChargeLine>[] => [
  {
    title: "Agreed",
    wide: "prose",
    cell: ({ agreement }) =>
      agreement === undefined
        ? "nothing"
        : html`${named(agreement.terms)}<span class="note">${named(agreement.name)}</span>`,
  },
  { title: "Net", numeric: true, cell: (line) => exactMoney(netOf(line)), foot: exactMoney(sum) },
];

const PRICE_COLUMN: Column<ChargeLine> = { title: "Price", wide: "prose", cell: priceCell };

/** The lines are checked against what was booked on every page, not promised to add up. */
function check(entry: Entry, list: AttoUsd, net: AttoUsd): Html {
  if (net !== entry.net) return differs(net);
  return list === entry.list ? EMPTY : differs(list);
}

function differs(sum: AttoUsd): Html {
  return html`<p class="proof bad" role="alert">✗ The lines add up to ${exactMoney(sum)}, not to the amount that was booked.</p>`;
}

function gapsOf({ quantities, lines, reason }: Entry): Html {
  const gaps = quantities.filter(([unit]) => !lines.some((line) => line.unit === unit));
  if (gaps.length === 0) return EMPTY;
  return html`<p class="proof warn">Not priced: ${gaps.map(([unit, quantity], i) => html`${i === 0 ? EMPTY : ", "}${count(quantity)} <code>${named(unit)}</code>`)}.${reason === undefined ? EMPTY : ` ${reasonText(reason).remedy}`}</p>`;
}

/** As published, but with cents. */
function rateText(rate: string): string {
  const [whole = "", fraction = ""] = rate.split(".");
  return `${whole}.${fraction.padEnd(2, "0")}`;
}

function perText(per: number): string {
  if (per === 1) return "unit";
  return per === 1_000_000 ? "million" : count(per);
}

function priceCell({ priceVersion, source, checked }: ChargeLine): Html {
  const address = webAddress(source);
  const where =
    address === undefined
      ? named(source)
      : html`<a href="${address}" rel="noopener noreferrer external">${new URL(address).host}</a>`;
  return html`<code>${named(priceVersion)}</code><span class="note">${where}, checked <time datetime="${checked}">${checked}</time></span>`;
}

/** A source that can be opened; anything else (`javascript:` …) is shown as text. */
function webAddress(source: string): string | undefined {
  const url = URL.parse(source);
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") ? url.href : undefined;
}
