import { type Charge, formatUsd, parseUsd, sumUsd } from "@keeptabs/pricing";
import { describe, expect, it } from "vitest";
import { chargeOf, chargeOfStatus, STATUS_VECTORS, VECTORS, type Vector } from "./vector-cases.ts";

const PROVIDER_REPORTED = "provider_reported";

/** Our names for the units of the vectors. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ["web_search_request", "web_search"],
  ["web_search_call", "web_search"],
  ["file_search_call", "file_search"],
  ["x_search_call", "x_search"],
  ["page", "pages"],
  ["search_unit", "search_units"],
  ["audio_seconds", "audio_milliseconds"],
]);

/** Amounts by unit, with reasoning under output, since not every vector tells them apart. */
function expectedAmounts({ lines }: Vector): Record<string, string> {
  return summed(
    lines.map(({ unit, amount_usd }) => {
      const [name = "", part] = unit.split(":");
      const ours = UNITS.get(name) ?? name;
      return [part === "advisor" ? `${ours}:other` : ours, amount_usd];
    }),
  );
}

function actualAmounts({ lines }: Charge): Record<string, string> {
  return summed(
    lines.map(({ unit, model, amount }) => {
      const name = unit === "output_reasoning" ? "output" : unit;
      return [model === undefined ? name : `${name}:other`, formatUsd(amount)];
    }),
  );
}

function summed(amounts: readonly (readonly [string, string])[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [unit, amount] of amounts)
    result[unit] = formatUsd(sumUsd([parseUsd(result[unit] ?? "0"), parseUsd(amount)]));
  return result;
}

describe("a call worked out by hand with exact fractions", () => {
  it.each(VECTORS.map((vector) => [vector.id, vector] as const))("%s costs the same here", (_, vector) => {
    const result = chargeOf(vector);
    expect(formatUsd(result.net)).toBe(vector.expected_usd);
    expect(result.status).toBe("charged");
    const reported = vector.lines.some(({ unit }) => unit === PROVIDER_REPORTED);
    const receipt = vector.confidence === "A-provider-charged";
    expect(result.source).toBe(reported || receipt ? "provider" : "computed");
  });

  it.each(
    VECTORS.filter(
      ({ lines }) =>
        !lines.some(({ unit, amount_usd }) => unit === PROVIDER_REPORTED || amount_usd.includes("/")),
    ).map((vector) => [vector.id, vector] as const),
  )("%s has the same amount on every line", (_, vector) => {
    expect(actualAmounts(chargeOf(vector, false))).toEqual(expectedAmounts(vector));
  });

  it("computes from list prices, to the last tick, what the provider's receipts say it charged", () => {
    const receipts = VECTORS.filter(({ confidence }) => confidence === "A-provider-charged");
    expect(receipts.length).toBeGreaterThan(0);
    for (const vector of receipts) {
      const computed = chargeOf(vector, false);
      expect(computed.source).toBe("computed");
      expect(computed.net).toBe(chargeOf(vector).net);
    }
  });

  it("rounds only durations, half to even at 1e-18, and says so", () => {
    const rounded = VECTORS.filter((vector) => chargeOf(vector).lines.some((line) => line.rounded));
    expect(rounded.map(({ id }) => id)).toEqual(["groq-whisper-min"]);
    // 0.111 / 3600 × 10 = 37/120000 = 0.000308333…
    expect(chargeOf(rounded[0]!).lines[0]).toMatchObject({ quantity: 3200, billed: 10_000, rate: "0.111" });
  });
});

describe("a call that can't be priced in full", () => {
  /** Our words for the statuses of the vectors. */
  const expected: Readonly<Record<string, readonly [status: string, reason: string | undefined]>> = {
    "ambiguous-modality": ["charged", undefined],
    "negative-remainder": ["unpriced", "subset_exceeds_total"],
    "unpriced-unit": ["partly_unpriced", "unit_not_priced:web_search"],
    "gateway-cache-hit": ["zero", "gateway_cache_hit"],
    "whisper-tokens-mismatch": ["partly_unpriced", "unit_not_priced:input"],
  };

  it.each(STATUS_VECTORS.map((vector) => [vector.id, vector] as const))("%s says so", (id, vector) => {
    const { charge, notes } = chargeOfStatus(vector);
    const [status, reason] = expected[id] ?? [];
    expect(charge.status).toBe(status);
    expect(charge.reason).toBe(reason);
    if (status === "charged") expect(notes).toContain(vector.expected_reason);
    else expect(charge.net).toBe(0n);
  });
});
