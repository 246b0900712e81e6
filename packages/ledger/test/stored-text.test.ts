import { hash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { type Booking, Ledger, LedgerReader } from "@keeptabs/ledger";
import { type AttoUsd, type Charge, type ChargeLine, formatUsd } from "@keeptabs/pricing";
import { type Call, KNOWN_UNITS, type Usage, usageOf } from "@keeptabs/usage";
import fc from "fast-check";
import { expect, it } from "vitest";
import { bookingOf, NOON, newLedgerPath } from "./bookings.ts";

const amount = fc.bigInt({ min: 0n, max: 10n ** 24n }).map((value) => value as AttoUsd);
const text = fc.constantFrom("a", 'say "so"', "\u2028", "é\\", "");
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

/** Lines that differ in few things, so that nearly alike rates meet. */
const line: fc.Arbitrary<ChargeLine> = fc
  .record({
    unit: fc.constantFrom("input", "output"),
    quantity: fc.nat(),
    billed: optional(fc.nat()),
    model: fc.constantFrom(undefined, undefined, 'say "so"'),
    rate: fc.constantFrom("1", "2.5"),
    per: fc.constantFrom(1, 1_000_000),
    factors: fc.array(fc.constantFrom("1.1", "0.5"), { maxLength: 2 }),
    amount,
    agreement: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      fc.record({ name: text, terms: text, net: amount, zero: text }),
    ),
    rounded: fc.boolean(),
    assumption: fc.constantFrom(undefined, undefined, "b"),
    priceVersion: fc.constantFrom("a", "b"),
    source: fc.constantFrom("a", "b"),
    checked: fc.constantFrom("a", "b"),
  })
  .map((whole) => JSON.parse(JSON.stringify(whole, encode), decode) as ChargeLine);

/** Leaves out what is undefined. */
function encode(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? { atto: String(value) } : value;
}

function decode(_: string, value: unknown): unknown {
  const atto = (value as { readonly atto?: string } | null)?.atto;
  return atto === undefined ? value : BigInt(atto);
}

const units = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<string>(...KNOWN_UNITS) },
  fc.constantFrom("7", 'holo"grams'),
);
const usage: fc.Arbitrary<Usage> = fc
  .record({
    quantities: fc.uniqueArray(fc.tuple(units, fc.integer({ min: 1, max: 1_000_000 })), {
      selector: ([unit]) => unit,
      maxLength: 4,
    }),
    quality: fc.constantFrom("reported", "partial", "estimated"),
    circumstances: fc.constantFrom({}, {}, { serviceTier: "flex" }),
    notes: fc.array(text, { maxLength: 2 }),
    lowerBound: fc.constantFrom(false, false, true),
  })
  .map(({ quantities, ...rest }) => usageOf(quantities, rest as Partial<Usage>));

it("usages and charges are kept as the texts that JSON makes of them, and lines are read back as they were", async () => {
  const path = newLedgerPath();
  const ledger = await Ledger.open(path);
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            usage,
            fc.array(line, { maxLength: 4 }),
            amount,
            fc.oneof(optional(text), fc.constantFrom("a", "b")),
          ),
          { minLength: 1 },
        ),
        async (all) => {
          const bookings = all.map(([used, lines, list, version]): Booking => {
            const charge = { ...bookingOf().charge, list, net: list, lines } as Charge;
            return {
              ...bookingOf({ call: { usage: used } }),
              charge: version === undefined ? charge : { ...charge, priceVersion: version },
            };
          });
          await ledger.append(bookings, NOON);
          const database = new DatabaseSync(path, { readOnly: true });
          const reader = LedgerReader.open(path);
          for (const { call, charge } of bookings) {
            const entry = reader.entry(call.traceId, call.spanId);
            expect(entry?.lines).toEqual(charge.lines.map(withoutSame));
            expect(entry?.priceVersion).toEqual(charge.priceVersion);
            expect(entry && formatUsd(entry.list)).toEqual(formatUsd(charge.list));
            const kept = database
              .prepare("SELECT usage, charge FROM full_entries WHERE id = ?")
              .get(entry?.id ?? 0);
            for (const json of [kept?.["usage"], kept?.["charge"]]) {
              expect(JSON.stringify(JSON.parse(String(json)))).toEqual(json);
            }
            expect(entry?.usage).toEqual(call.usage);
          }
          reader.close();
          database.close();
        },
      ),
      { numRuns: 30 },
    );
  } finally {
    await ledger.close();
  }
});

/** A quantity that is billed as it is needs no saying. */
function withoutSame({ billed, ...rest }: ChargeLine): ChargeLine {
  return billed === undefined || billed === rest.quantity ? rest : { ...rest, billed };
}

it("a span is known again by a hash of its content as JSON, whatever is written in it", async () => {
  const path = newLedgerPath();
  const ledger = await Ledger.open(path);
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(usage, text, optional(text), optional(text)), { minLength: 1 }),
        async (all) => {
          const bookings = all.map(([used, model, responseId, customer]) =>
            bookingOf({
              call: {
                usage: used,
                requestModel: model,
                responseId,
                attribution: customer === undefined ? {} : { customer },
              },
            }),
          );
          await ledger.append(bookings, NOON);
          const database = new DatabaseSync(path, { readOnly: true });
          const find = database.prepare("SELECT hex(content_hash) AS hash FROM entries WHERE span_id = ?");
          for (const { call } of bookings) {
            expect(find.get(Buffer.from(call.spanId, "hex"))?.["hash"]).toEqual(contentHashOf(call));
          }
          database.close();
        },
      ),
      { numRuns: 30 },
    );
  } finally {
    await ledger.close();
  }
});

/** As ledgers have it from schema 1 on: another hash would make a conflict of a span that is sent again. */
function contentHashOf(call: Call): string {
  const { circumstances, quantities, claims } = call.usage;
  const content = [
    String(call.startedAt),
    String(call.occurredAt),
    call.provider,
    call.requestModel ?? null,
    call.responseModel ?? null,
    call.operation,
    call.responseId ?? null,
    call.outcome,
    [...quantities].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    circumstances.serviceTier ?? null,
    circumstances.batch ?? false,
    circumstances.region ?? null,
    circumstances.speed ?? null,
    claims.map(({ amount, source }) => [amount, source]),
    call.attribution.customer ?? null,
    call.attribution.feature ?? null,
  ];
  return hash("sha256", JSON.stringify(content), "hex").slice(0, 32).toUpperCase();
}
