import { readFileSync } from "node:fs";
import {
  type Catalogue,
  type CompiledPrice,
  defaultPriceBook,
  disagreements,
  liteLlmCatalogue,
  modelsDevCatalogue,
  priceSheetsFromJson,
} from "@keeptabs/pricing";
import { genaiPricesCatalogue } from "@keeptabs/pricing/genai-prices";
import { PriceSource } from "@keeptabs/processor";
import { type CommonOptions, configFor, instantOf, readerFor } from "./settings.ts";
import { table } from "./table.ts";
import { EXIT_DONE, EXIT_FOUND, type Terminal, WrongUse } from "./terminal.ts";

/** Prices that nobody has looked at for so long are named by `prices check`. */
const STALE_DAYS = 60;
const MS_PER_DAY = 86_400_000;

/** `prices list`: the models of our own sheets. */
export function listPrices(
  options: { readonly provider?: string; readonly json?: boolean },
  terminal: Terminal,
): number {
  const sheets = defaultPriceBook().sheets.filter(
    ({ provider }) => options.provider === undefined || provider === options.provider,
  );
  if (sheets.length === 0) {
    const known = defaultPriceBook().sheets.map(({ provider }) => provider);
    throw new WrongUse(`--provider: "${options.provider}" has no sheet; there are ${known.join(", ")}`);
  }
  const rows = sheets.flatMap(({ provider, models }) =>
    models.map((model) => ({ provider, models: model.models, checked: model.prices.at(-1)?.checked ?? "" })),
  );
  if (options.json === true) terminal.out(`${JSON.stringify(rows, undefined, 2)}\n`);
  else {
    const columns = [
      { heading: "provider" },
      { heading: "model" },
      { heading: "also called" },
      { heading: "checked" },
    ];
    terminal.out(
      table(
        columns,
        rows.map(({ provider, models: [first = "", ...rest], checked }) => [
          provider,
          first,
          rest.join(", "),
          checked,
        ]),
      ),
    );
  }
  return EXIT_DONE;
}

/** Options of `prices show`. */
export interface ShowOptions extends CommonOptions {
  readonly at?: string;
  readonly json?: boolean;
}

/** `prices show PROVIDER MODEL`: every rate of a model at an instant, with its source. */
export function showPrice(provider: string, model: string, options: ShowOptions, terminal: Terminal): number {
  const at = options.at === undefined ? terminal.now() : instantOf("--at", options.at, "UTC");
  const found = PriceSource.open(configFor(options).prices).book.find(provider, model, at);
  if (found.kind === "miss") {
    const nearest = found.nearest.length === 0 ? "" : `; known names like it: ${found.nearest.join(", ")}`;
    terminal.err(`keeptabs: ${provider} ${model}: ${found.reason.replaceAll("_", " ")}${nearest}\n`);
    return EXIT_FOUND;
  }
  const { price } = found.price;
  if (options.json === true)
    terminal.out(`${JSON.stringify({ version: found.price.version, ...price }, undefined, 2)}\n`);
  else terminal.out(priceText(found.price));
  return EXIT_DONE;
}

function priceText({ version, price }: CompiledPrice): string {
  const columns = [
    { heading: "when" },
    { heading: "unit" },
    { heading: "USD", numeric: true },
    { heading: "per", numeric: true },
  ];
  const rows = [
    { when: "standard", rates: price.rates },
    ...(price.variants ?? []).map(({ when, rates }) => ({ when: words(when), rates })),
  ].flatMap(({ when, rates }) =>
    Object.entries(rates).map(([unit, rate]) => {
      const usd = typeof rate === "string" ? rate : (rate?.usd ?? "");
      const per = typeof rate === "string" ? 1_000_000 : (rate?.per ?? 0);
      return [when, unit, usd, String(per)];
    }),
  );
  const factors = (price.factors ?? []).map(({ when, by }) => `× ${by} when ${words(when)}\n`).join("");
  const note = price.note === undefined ? "" : `\nNote: ${price.note}\n`;
  return `${version}\n\n${table(columns, rows)}${factors}${note}\nSource: ${price.source} (checked ${price.checked})\n`;
}

/** A condition in words: `batch`, `serviceTier flex, promptTokens over 200000`. */
function words(when: object): string {
  return Object.entries(when)
    .map(([name, value]) => {
      if (value === true) return name;
      const inner =
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? Object.entries(value).flat().join(" ")
          : String(value);
      return `${name} ${inner}`;
    })
    .join(", ");
}

/** `prices check`: prices nobody has looked at lately, and models in the ledger that have none. */
export function checkPrices(options: CommonOptions & { readonly days?: number }, terminal: Terminal): number {
  const config = configFor(options);
  const now = terminal.now();
  const limit = new Date(now - (options.days ?? STALE_DAYS) * MS_PER_DAY).toISOString().slice(0, 10);
  let found = 0;
  for (const { provider, models } of defaultPriceBook().sheets) {
    const stale = models.filter(({ prices }) => (prices.at(-1)?.checked ?? "") < limit);
    if (stale.length === 0) continue;
    found += stale.length;
    terminal.out(
      `${provider}: ${stale.length} of ${models.length} prices were last checked before ${limit}\n`,
    );
  }
  const reader = readerFor(config);
  try {
    const gaps = reader.unpriced(0, now + MS_PER_DAY);
    found += gaps.length;
    for (const { provider, model, reason, calls } of gaps) {
      terminal.out(
        `${provider} ${model}: ${calls} ${calls === 1 ? "call has" : "calls have"} no price (${reason})\n`,
      );
    }
  } finally {
    reader.close();
  }
  if (found === 0) terminal.out("Every price was checked lately, and every call in the ledger has one.\n");
  return found === 0 ? EXIT_DONE : EXIT_FOUND;
}

/** Options of `prices diff`. */
export interface DiffOptions {
  readonly litellm?: string;
  readonly modelsDev?: string;
  readonly json?: boolean;
}

/** `prices diff`: every price on which our sheets and another catalogue disagree now. */
export function diffPrices(options: DiffOptions, terminal: Terminal): number {
  const catalogue = catalogueFor(options);
  const found = disagreements(defaultPriceBook(), catalogue, terminal.now());
  if (options.json === true) terminal.out(`${JSON.stringify(found, undefined, 2)}\n`);
  else if (found.length === 0)
    terminal.out(`Our sheets and ${catalogue.name} agree on every price that both have.\n`);
  else {
    const columns = [
      { heading: "provider" },
      { heading: "model" },
      { heading: "unit" },
      { heading: "ours USD" },
      { heading: `${catalogue.name} USD` },
    ];
    terminal.out(
      table(
        columns,
        found.map(({ provider, model, unit, ours, theirs }) => [provider, model, unit, ours, theirs]),
      ),
    );
  }
  return found.length === 0 ? EXIT_DONE : EXIT_FOUND;
}

function catalogueFor({ litellm, modelsDev }: DiffOptions): Catalogue {
  if (litellm !== undefined) return catalogueIn(litellm, "--litellm", liteLlmCatalogue);
  if (modelsDev !== undefined) return catalogueIn(modelsDev, "--models-dev", modelsDevCatalogue);
  return genaiPricesCatalogue();
}

/** A file of another shape has no model that we know; that would pass for one that agrees. */
function catalogueIn(file: string, option: string, read: (json: unknown) => Catalogue): Catalogue {
  const catalogue = read(jsonIn(file, option));
  if (defaultPriceBook().sheets.every(({ provider }) => catalogue.models(provider).length === 0))
    throw new WrongUse(`${option}: ${file} has no model of a provider that our sheets know`);
  return catalogue;
}

/** `prices import FILE`: checks a price file and says how to use it. */
export function importPrices(file: string, terminal: Terminal): number {
  const json = jsonIn(file, "the price file");
  try {
    const sheets = priceSheetsFromJson(json);
    const models = sheets.reduce((sum, sheet) => sum + sheet.models.length, 0);
    terminal.out(
      `${file} is a valid price file: ${models} ${models === 1 ? "model" : "models"} of ${sheets.map(({ provider }) => provider).join(", ")}.\n` +
        `Name it in keeptabs.yaml, and a running processor follows every change of it:\n\nprices:\n  files: [${file}]\n`,
    );
    return EXIT_DONE;
  } catch (error) {
    if (error instanceof RangeError) throw new WrongUse(`${file}: ${error.message}`);
    throw error;
  }
}

function jsonIn(file: string, what: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new WrongUse(`${what}: cannot read ${file}: ${(error as Error).message}`);
  }
}
