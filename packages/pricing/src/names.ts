import { instant } from "./compiled-price.ts";

/**
 * What the user knows about a name that the provider does not: an Azure deployment and its SKU, a Bedrock
 * application inference profile, a gateway's own model name.
 */
export interface NameMapping {
  readonly provider: string;
  /** The name as calls carry it. */
  readonly name: string;
  readonly is: {
    readonly model: string;
    /** When it is sold by another provider than calls say. */
    readonly provider?: string;
    /** Region, data zone or SKU that the price depends on, such as `DataZoneStandard-US`. */
    readonly region?: string;
  };
  /** ISO 8601 instants with zone: from, inclusive, and until, exclusive. */
  readonly from?: string;
  readonly until?: string;
}

/** What a call's names mean for the price book. */
export interface Meaning {
  readonly provider: string;
  readonly model: string;
  readonly region: string | undefined;
}

interface Period {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly meaning: Meaning;
}

/** The user's names, by provider, name and time. Throws RangeError naming the mapping when an instant is wrong. */
export class ModelNames {
  readonly #periods = new Map<string, Period[]>();

  constructor(mappings: readonly NameMapping[]) {
    for (const { provider, name, is, from, until } of mappings) {
      const where = `name ${name} of ${provider}`;
      const key = keyOf(provider, name);
      const periods = this.#periods.get(key) ?? [];
      periods.push({
        fromMs: from === undefined ? Number.NEGATIVE_INFINITY : instant(from, `${where} from`),
        untilMs: until === undefined ? Number.POSITIVE_INFINITY : instant(until, `${where} until`),
        meaning: { provider: is.provider ?? provider, model: is.model, region: is.region },
      });
      this.#periods.set(key, periods);
    }
  }

  /** The first mapping that was in force at an instant (Unix milliseconds). */
  meaning(provider: string, name: string, atMs: number): Meaning | undefined {
    if (this.#periods.size === 0) return undefined;
    const periods = this.#periods.get(keyOf(provider, name));
    return periods?.find(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs)?.meaning;
  }
}

function keyOf(provider: string, name: string): string {
  return JSON.stringify([provider, name]);
}
