import { NO_FEATURE } from "@keeptabs/ledger";
import { type AttoUsd, addUsd, formatUsd, sumUsd, ZERO_USD } from "@keeptabs/pricing";
import { OTHER, UNATTRIBUTED } from "@keeptabs/usage";
import { begun, type DayCost, type DaySeries, type Split } from "./day-series.ts";
import { calls, count, moneyText } from "./figures-text.ts";
import { dayTitle, shortDay } from "./months.ts";

/** What the script in the browser draws: days, and each way to split them. All of it is plain text. */
interface ChartData {
  readonly days: readonly string[];
  /** The same, as short as an axis needs them. */
  readonly short: readonly string[];
  /** So many of the days have begun; only these have amounts. */
  readonly begun: number;
  readonly calls: readonly string[];
  readonly splits: readonly ChartSplit[];
}

interface ChartSplit {
  readonly title: string;
  /** The dearest first; together they are the whole. */
  readonly parts: readonly ChartPart[];
}

interface ChartPart {
  readonly name: string;
  readonly sum: string;
  /** The exact amount of each day, with a space between them: JSON's quotes would take most of the room. */
  readonly exact: string;
  /** The same as people read them, with a bar between them. */
  readonly texts: string;
}

/** The dearest parts are drawn, and all others as one: a person tells no more colours apart. */
const MOST_PARTS = 6;

const TITLES: Readonly<Record<Split, string>> = {
  customer: "Customers",
  feature: "Features",
  model: "Models",
};

/** A chart's data as JSON. `customerName` is what the configuration calls a customer. */
export function chartData({ all, by }: DaySeries, customerName: (id: string) => string): string {
  const shown = begun(all);
  const splits = [...by].map(([split, parts]) => ({
    title: TITLES[split],
    parts: partsOf(split, parts, shown.length, customerName),
  }));
  const data: ChartData = {
    days: all.map(({ day }) => dayTitle(day)),
    short: all.map(({ day }) => shortDay(day)),
    begun: shown.length,
    calls: shown.map((day) => calls(day.calls)),
    splits: [{ title: "Total", parts: [partOf("All calls", amountsOf(shown))] }, ...splits],
  };
  return JSON.stringify(data);
}

function partsOf(
  split: Split,
  parts: ReadonlyMap<string, readonly DayCost[]>,
  days: number,
  customerName: (id: string) => string,
): readonly ChartPart[] {
  const sized = [...parts]
    .map(([name, series]) => {
      const amounts = amountsOf(series.slice(0, days));
      return { name, amounts, sum: sumUsd(amounts) };
    })
    .sort((a, b) => (a.sum === b.sum ? (a.name < b.name ? -1 : 1) : a.sum > b.sum ? -1 : 1));
  const few = sized.length <= MOST_PARTS + 1 ? sized : sized.slice(0, MOST_PARTS);
  const rest = sized.slice(few.length);
  const drawn = few.map(({ name, amounts }) => partOf(plainName(split, name, customerName), amounts));
  if (rest.length === 0) return drawn;
  const others = Array.from({ length: days }, (_, day) =>
    rest.reduce<AttoUsd>((sum, { amounts }) => addUsd(sum, amounts[day] ?? ZERO_USD), ZERO_USD),
  );
  return [...drawn, partOf(`${count(rest.length)} others`, others)];
}

function amountsOf(series: readonly DayCost[]): readonly AttoUsd[] {
  return series.map(({ net }) => net);
}

function partOf(name: string, amounts: readonly AttoUsd[]): ChartPart {
  return {
    name,
    sum: moneyText(sumUsd(amounts)),
    exact: amounts.map(formatUsd).join(" "),
    texts: amounts.map(moneyText).join("|"),
  };
}

function plainName(split: Split, name: string, customerName: (id: string) => string): string {
  if (split === "customer") {
    if (name === UNATTRIBUTED) return "Unattributed";
    return name === OTHER ? "Other customers" : customerName(name);
  }
  if (split === "feature") return name === NO_FEATURE ? "no feature named" : name;
  return name === "" ? "no model named" : name;
}
