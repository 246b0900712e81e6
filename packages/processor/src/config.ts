import { readFileSync } from "node:fs";
import { type Customer, type Customers, customerOf, requireTimeZone } from "@keeptabs/billing";
import { type AttributionRules, DEFAULT_ATTRIBUTION_RULES } from "@keeptabs/usage";
import { type Document, LineCounter, parseDocument, visit } from "yaml";
import { z } from "zod";
import { type Token, tokensSchema } from "./access/index.ts";
import { identity, money } from "./config-values.ts";
import { overrideSchema, type PriceConfig, priceConfigOf, pricesSchema } from "./price-config.ts";
import { type IngestConfig, ingestSchema, type OperatorConfig, operatorSchema } from "./server-config.ts";

/** Everything that `keeptabs.yaml` can say, with defaults filled in. */
export interface Config {
  /** IANA name; months and days of reports and gauges are taken in it. */
  readonly timeZone: string;
  readonly ledgerPath: string;
  readonly ingest: IngestConfig;
  readonly operator: OperatorConfig;
  readonly tokens: readonly Token[];
  readonly customers: Customers;
  readonly attribution: AttributionRules;
  readonly seriesBudget: number;
  readonly prices: PriceConfig;
  /** The keys under which customers are named, with what the entries are called: `overrides: contract 2026-114`. */
  readonly placesNaming: ReadonlyMap<string, readonly string[]>;
}

/** The configuration is wrong; the message names file, line and key. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, "must be a month such as 2026-10");

/** Two amounts for one month would leave it open which of them counts. */
const revenues = z
  .array(z.strictObject({ from: month.optional(), monthly: money }))
  .superRefine((amounts, context) => {
    for (const [i, { from }] of amounts.entries()) {
      if (amounts.findIndex((other) => other.from === from) === i) continue;
      const what = from === undefined ? "an amount without a month" : from;
      context.addIssue({ code: "custom", path: [i, "from"], message: `${what} is listed twice` });
    }
  });

const customer = z.strictObject({
  id: identity,
  name: z.string().min(1).optional(),
  plan: z.string().min(1).optional(),
  revenue: z.union([money.transform((monthly) => [{ monthly }]), revenues]).optional(),
  budget: money.optional(),
});

const customers = z.array(customer).superRefine((listed, context) => {
  const seen = new Set<string>();
  for (const [i, { id }] of listed.entries()) {
    if (seen.has(id))
      context.addIssue({ code: "custom", path: [i, "id"], message: `"${id}" is listed twice` });
    seen.add(id);
  }
});

const schema = z.strictObject({
  time_zone: z
    .string()
    .refine((value) => {
      try {
        return requireTimeZone(value) === value;
      } catch {
        return false;
      }
    }, "must be an IANA time zone such as Europe/Berlin")
    .default("UTC"),
  ledger: z.string().min(1).default("keeptabs.db"),
  ingest: ingestSchema,
  operator: operatorSchema,
  tokens: tokensSchema,
  customers: customers.default([]),
  attribution: z
    .strictObject({
      customer: z.array(z.string().min(1)).optional(),
      person: z.array(z.string().min(1)).optional(),
      feature: z.array(z.string().min(1)).optional(),
    })
    .prefault({}),
  prices: pricesSchema,
  overrides: z.array(overrideSchema).default([]),
  series_budget: z.int().min(100).default(100_000),
});

/** Reads a configuration file. Throws ConfigError. */
export function readConfig(path: string): Config {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigError(`cannot read the configuration ${path}: ${(error as Error).message}`);
  }
  return parseConfig(text, path);
}

/** What may stand in a configuration, as a JSON Schema for editors. It lets pass what only reading finds wrong. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  return { title: "keeptabs.yaml", ...z.toJSONSchema(schema, { io: "input" }) };
}

/** The configuration that an empty file gives. */
export function defaultConfig(): Config {
  return parseConfig("", "defaults");
}

/** Reads a configuration from YAML text; `path` is for messages. Throws ConfigError. */
export function parseConfig(text: string, path: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken !== undefined) {
    throw new ConfigError(`${path}:${lines.linePos(broken.pos[0]).line}: ${broken.message.split("\n")[0]}`);
  }
  keepDigits(document);
  const parsed = schema.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue));
    const [first] = problems.map(({ at, message }) => `${path}:${lineOf(at, document, lines)}: ${message}`);
    throw new ConfigError(first ?? `${path}: not a valid configuration`);
  }
  return configOf(parsed.data, path);
}

/** As many digits as a float holds of whatever number. */
const DIGITS_OF_FLOAT = 15;

/** YAML makes a float of a plain number: of one with more digits than that has, the text is taken. */
function keepDigits(document: Document): void {
  visit(document, {
    Scalar: (_key, node) => {
      const { value, source = "" } = node;
      const isLong =
        /^[-+]?\d*\.?\d+(e[-+]?\d+)?$/i.test(source) && source.replace(/\D/g, "").length > DIGITS_OF_FLOAT;
      if (typeof value === "number" && isLong) node.value = source;
    },
  });
}

interface Problem {
  readonly at: readonly PropertyKey[];
  readonly message: string;
}

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const name = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(issue.path);
    return issue.keys.map((key) => ({
      at: [...issue.path, key],
      message: `unknown key "${[...issue.path, key].join(".")}"${known === "" ? "" : `; known here: ${known}`}`,
    }));
  }
  if (issue.code === "invalid_union") {
    const inner = issue.errors.flat().find(({ path }) => path.length > 0) ?? issue.errors.flat()[0];
    if (inner !== undefined) return problemsOf({ ...inner, path: [...issue.path, ...inner.path] });
  }
  return [{ at: issue.path, message: `${name === "" ? "the configuration" : name}: ${issue.message}` }];
}

function knownKeys(path: readonly PropertyKey[]): string {
  if (path.length === 0) return Object.keys(schema.shape).join(", ");
  if (path[0] === "customers" && path.length === 2) return Object.keys(customer.shape).join(", ");
  return "";
}

/** The line of a key, or of the nearest thing above it that has one. */
function lineOf(
  path: readonly PropertyKey[],
  document: ReturnType<typeof parseDocument>,
  lines: LineCounter,
): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined;
    const start = node?.range?.[0];
    if (start !== undefined) return lines.linePos(start).line;
  }
  return 1;
}

function configOf(data: z.output<typeof schema>, path: string): Config {
  return {
    timeZone: data.time_zone,
    ledgerPath: data.ledger,
    ingest: data.ingest,
    operator: data.operator,
    tokens: data.tokens,
    customers: new Map(data.customers.map((plain): [string, Customer] => [plain.id, customerOf(plain)])),
    attribution: {
      customer: data.attribution.customer ?? DEFAULT_ATTRIBUTION_RULES.customer,
      person: data.attribution.person ?? DEFAULT_ATTRIBUTION_RULES.person,
      feature: data.attribution.feature ?? DEFAULT_ATTRIBUTION_RULES.feature,
    },
    seriesBudget: data.series_budget,
    prices: pricesOf(data, path),
    placesNaming: placesNaming(data),
  };
}

function placesNaming({
  customers,
  tokens,
  overrides,
}: z.output<typeof schema>): ReadonlyMap<string, readonly string[]> {
  const named = [
    ...customers.map(({ id }) => [id, "customers"] as const),
    ...tokens.flatMap((token) =>
      token.role === "read" && token.customer !== undefined
        ? [[token.customer, `tokens: ${token.name}`] as const]
        : [],
    ),
    ...overrides.flatMap(({ name, customers: ids = [] }) =>
      ids.map((id) => [id, `overrides: ${name}`] as const),
    ),
  ];
  const places = Map.groupBy(named, ([customer]) => customer);
  return new Map([...places].map(([customer, all]) => [customer, all.map(([, place]) => place)]));
}

function pricesOf(data: z.output<typeof schema>, path: string): PriceConfig {
  try {
    return priceConfigOf(data.prices, data.overrides);
  } catch (error) {
    // What prices refuse names the override or mapping and its field.
    if (error instanceof RangeError) throw new ConfigError(`${path}: ${error.message}`);
    throw error;
  }
}
