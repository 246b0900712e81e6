import { ATTR_KEEPTABS_USAGE } from "./attributes.ts";
import {
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
} from "./semconv.ts";
import type { Attributes } from "./span.ts";
import { KNOWN_UNITS, TOKEN_UNITS } from "./unit.ts";
import {
  type Circumstances,
  type CostClaim,
  MAX_QUANTITY,
  promptTokens,
  type Quantities,
  type Usage,
  type UsageQuality,
  usageOf,
} from "./usage.ts";

/** Longest `keeptabs.usage` that is written or read, in UTF-16 units. */
const MAX_JSON = 16_384;

/** A usage as JSON; what is at its neutral value is left out. */
interface UsageJson {
  readonly quantities: Readonly<Record<string, number>>;
  readonly quality?: UsageQuality;
  readonly circumstances?: Circumstances;
  readonly otherModels?: readonly {
    readonly model: string;
    readonly quantities: Readonly<Record<string, number>>;
  }[];
  readonly claims?: readonly CostClaim[];
  readonly lowerBound?: true;
  readonly free?: string;
  readonly notes?: readonly string[];
  readonly problem?: string;
}

/**
 * The span attributes of a usage: OpenTelemetry's token counts, in which input includes what was cached and
 * output what was reasoned, and `keeptabs.usage`, from which `usageFromAttributes` reads all of it back.
 */
export function usageToAttributes(usage: Usage): Record<string, string | number> {
  const { quantities } = usage;
  const attributes: Record<string, string | number> = {};
  const sum = (...units: readonly string[]): number =>
    units.reduce((all, unit) => all + (quantities.get(unit) ?? 0), 0);
  const put = (name: string, quantity: number): void => {
    if (quantity > 0) attributes[name] = quantity;
  };
  if ([...quantities.keys()].some((unit) => TOKEN_UNITS.has(unit))) {
    const input = promptTokens(quantities);
    attributes[ATTR_GEN_AI_USAGE_INPUT_TOKENS] = input;
    const all = [...quantities].reduce(
      (total, [unit, quantity]) => total + (TOKEN_UNITS.has(unit) ? quantity : 0),
      0,
    );
    put(ATTR_GEN_AI_USAGE_OUTPUT_TOKENS, all - input);
  }
  put(
    ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    sum("cache_read", "cache_read_audio", "cache_read_image", "cache_read_video"),
  );
  put(
    ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
    sum("cache_write", "cache_write_5m", "cache_write_30m", "cache_write_1h", "cache_write_12h"),
  );
  put(ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, sum("output_reasoning"));
  const json = usageToJson(usage);
  if (json.length <= MAX_JSON) attributes[ATTR_KEEPTABS_USAGE] = json;
  return attributes;
}

/** All of a usage as JSON text; `usageFromJson` reads it back. */
export function usageToJson(usage: Usage): string {
  return plainJson(usage) ?? JSON.stringify(jsonOf(usage));
}

const UNIT_KEYS: ReadonlyMap<string, string> = new Map(
  KNOWN_UNITS.map((unit) => [unit, `${JSON.stringify(unit)}:`]),
);

/**
 * The same text, put together by hand, of a usage of known units that says little else; undefined for others. Nearly all
 * are such, and this is done for every call.
 */
function plainJson(usage: Usage): string | undefined {
  const { quantities, quality, circumstances, otherModels, claims, lowerBound, free, notes, problem } = usage;
  if (otherModels.length > 0 || claims.length > 0 || lowerBound) return undefined;
  if (free !== undefined || problem !== undefined) return undefined;
  for (const _ in circumstances) return undefined;
  let members = "";
  for (const [unit, quantity] of quantities) {
    const key = UNIT_KEYS.get(unit);
    if (key === undefined || !Number.isFinite(quantity)) return undefined;
    members += members === "" ? key + quantity : `,${key}${quantity}`;
  }
  const said = quality === "reported" ? "" : `,"quality":"${quality}"`;
  const noted = notes.length === 0 ? "" : `,"notes":${JSON.stringify(notes)}`;
  return `{"quantities":{${members}}${said}${noted}}`;
}

function jsonOf(usage: Usage): UsageJson {
  return {
    quantities: Object.fromEntries(usage.quantities),
    ...(usage.quality === "reported" ? {} : { quality: usage.quality }),
    ...(Object.keys(usage.circumstances).length === 0 ? {} : { circumstances: usage.circumstances }),
    ...(usage.otherModels.length === 0
      ? {}
      : {
          otherModels: usage.otherModels.map(({ model, quantities }) => ({
            model,
            quantities: Object.fromEntries(quantities),
          })),
        }),
    ...(usage.claims.length === 0 ? {} : { claims: usage.claims }),
    ...(usage.lowerBound ? { lowerBound: true } : {}),
    ...(usage.free === undefined ? {} : { free: usage.free }),
    ...(usage.notes.length === 0 ? {} : { notes: usage.notes }),
    ...(usage.problem === undefined ? {} : { problem: usage.problem }),
  };
}

/** The usage that `keeptabs.usage` carries, or undefined when the attribute is not there or not one of ours. Never throws. */
export function usageFromAttributes(attributes: Attributes): Usage | undefined {
  const text = attributes.get(ATTR_KEEPTABS_USAGE);
  return typeof text === "string" && text.length <= MAX_JSON ? usageFromJson(text) : undefined;
}

/** The usage in a text that `usageToJson` wrote, or undefined when it is none. Never throws. */
export function usageFromJson(text: string): Usage | undefined {
  try {
    return usageFrom(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const QUALITIES: ReadonlySet<unknown> = new Set<UsageQuality>([
  "reported",
  "partial",
  "estimated",
  "missing",
]);
const SOURCES: ReadonlySet<unknown> = new Set<CostClaim["source"]>(["provider", "gateway", "tool"]);
const TEXT_CIRCUMSTANCES = ["serviceTier", "region", "speed", "imageSize"] as const;

function usageFrom(json: unknown): Usage | undefined {
  if (!isObject(json)) return undefined;
  const quantities = quantitiesFrom(json["quantities"]);
  if (quantities === undefined) return undefined;
  const { quality, circumstances, otherModels, claims, free, notes, problem } = json as Record<
    string,
    unknown
  >;
  return usageOf(quantities, {
    ...(QUALITIES.has(quality) ? { quality: quality as UsageQuality } : {}),
    circumstances: circumstancesFrom(circumstances),
    otherModels: list(otherModels).flatMap((other) => {
      const inner = isObject(other) ? quantitiesFrom(other["quantities"]) : undefined;
      const model = isObject(other) ? other["model"] : undefined;
      return inner === undefined || typeof model !== "string" ? [] : [{ model, quantities: inner }];
    }),
    claims: list(claims).flatMap((claim) => {
      if (!isObject(claim)) return [];
      const { amount, source, field } = claim as Record<string, unknown>;
      const valid =
        typeof amount === "string" && /^\d{1,30}(?:\.\d{1,40})?$/.test(amount) && SOURCES.has(source);
      return valid && typeof field === "string"
        ? [{ amount, source: source as CostClaim["source"], field }]
        : [];
    }),
    lowerBound: json["lowerBound"] === true,
    notes: list(notes).filter((note): note is string => typeof note === "string"),
    ...(typeof free === "string" ? { free } : {}),
    ...(typeof problem === "string" ? { problem } : {}),
  });
}

function circumstancesFrom(json: unknown): Circumstances {
  if (!isObject(json)) return {};
  const texts = TEXT_CIRCUMSTANCES.flatMap((name) => {
    const value = json[name];
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  return {
    ...Object.fromEntries(texts),
    ...(typeof json["batch"] === "boolean" ? { batch: json["batch"] } : {}),
  };
}

/** Undefined when a quantity is none: half of a usage would be a wrong one. */
function quantitiesFrom(json: unknown): Quantities | undefined {
  if (!isObject(json)) return undefined;
  const quantities = new Map<string, number>();
  for (const [unit, quantity] of Object.entries(json)) {
    if (!Number.isSafeInteger(quantity) || (quantity as number) < 0 || (quantity as number) > MAX_QUANTITY)
      return undefined;
    if ((quantity as number) > 0) quantities.set(unit, quantity as number);
  }
  return quantities;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, 64) : [];
}
