import { Ledger, LedgerReader } from "@keeptabs/ledger";
import { formatUsd, sumUsd } from "@keeptabs/pricing";
import { usageOf } from "@keeptabs/usage";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bookingOf, NOON, newLedgerPath, OCTOBER } from "./bookings.ts";

let ledger: Ledger;
let reader: LedgerReader;

beforeEach(async () => {
  const path = newLedgerPath();
  ledger = await Ledger.open(path);
  reader = LedgerReader.open(path);
});

afterEach(async () => {
  reader.close();
  await ledger.close();
});

const TRACE = "a".repeat(32);
const OUTER = "1".repeat(16);
const INNER = "2".repeat(16);

describe("the quality of a period", () => {
  it("names the models without a price, and tells aborted calls with a lower bound from whole ones", async () => {
    const torn = usageOf([["input", 10]], { lowerBound: true, quality: "partial" });
    await ledger.append(
      [
        bookingOf(),
        bookingOf({ model: "gpt-from-tomorrow" }),
        bookingOf({ model: "gpt-from-tomorrow" }),
        bookingOf({ call: { outcome: "aborted", usage: torn } }),
      ],
      NOON,
    );
    const found = reader.quality(OCTOBER.fromMs, OCTOBER.untilMs);
    const seen = found.map(({ unpriced, lowerBound, outcome, calls }) => [
      unpriced?.model,
      unpriced?.reason,
      lowerBound,
      outcome,
      calls,
    ]);
    expect(seen).toHaveLength(3);
    expect(seen).toContainEqual([undefined, undefined, false, "ok", 1]);
    expect(seen).toContainEqual(["gpt-from-tomorrow", "model_not_found", false, "ok", 2]);
    expect(seen).toContainEqual([undefined, undefined, true, "aborted", 1]);
    expect(reader.quality(OCTOBER.untilMs, OCTOBER.untilMs + 3_600_000)).toEqual([]);
  });

  it("counts what counts now: its calls and money are the totals', also after an entry was superseded", async () => {
    const outer = bookingOf({ call: { traceId: TRACE, spanId: OUTER, scope: "traceloop" } });
    const inner = bookingOf({
      call: { traceId: TRACE, spanId: INNER, parentSpanId: OUTER, scope: "native" },
    });
    await ledger.append([outer], NOON);
    await ledger.append([inner], NOON);
    const found = reader.quality(OCTOBER.fromMs, OCTOBER.untilMs);
    const [total] = reader.totals({ ...OCTOBER, groupBy: [] });
    expect(found.reduce((sum, { entries }) => sum + entries, 0)).toBe(2);
    expect(found.reduce((sum, { calls }) => sum + calls, 0)).toBe(total?.calls);
    expect(formatUsd(sumUsd(found.map(({ net }) => net)))).toBe("0.0035");
  });

  it("is that of one customer when asked, of whom it belongs to now", async () => {
    const nobodys = bookingOf({ customer: undefined, call: { traceId: TRACE, parentSpanId: OUTER } });
    await ledger.append([bookingOf({ customer: "globex" }), nobodys, bookingOf()], NOON);
    const note = { source: "default", traceId: TRACE, spanId: OUTER, parentSpanId: undefined };
    await ledger.append([], NOON, [{ ...note, customer: "globex", feature: undefined }]);
    const of = (customer?: string): readonly (number | string)[] => {
      const found = reader.quality(OCTOBER.fromMs, OCTOBER.untilMs, customer);
      return [
        found.reduce((sum, { calls }) => sum + calls, 0),
        formatUsd(sumUsd(found.map(({ net }) => net))),
      ];
    };
    expect([of("globex"), of("acme"), of("__unattributed__"), of()]).toEqual([
      [2, "0.007"],
      [1, "0.0035"],
      [0, "0"],
      [3, "0.0105"],
    ]);
    expect(reader.quality(OCTOBER.fromMs, OCTOBER.untilMs, "nobody")).toEqual([]);
  });

  it("leads from a covered span to the entry that was charged in its place", async () => {
    const inner = bookingOf({
      call: { traceId: TRACE, spanId: INNER, parentSpanId: OUTER, scope: "native" },
    });
    const outer = bookingOf({ call: { traceId: TRACE, spanId: OUTER, scope: "traceloop" } });
    await ledger.append([inner], NOON);
    await ledger.append([outer], NOON);
    const covered = reader.entry(TRACE, OUTER);
    expect(reader.entryById(covered?.coveredBy ?? 0)?.spanId).toBe(INNER);
    expect(reader.entryById(999)).toBeUndefined();
  });
});

describe("conflicts", () => {
  it("are counted without a look at the entries", async () => {
    const booking = bookingOf();
    expect(reader.conflicts()).toBe(0);
    await ledger.append([booking], NOON);
    await ledger.append([{ ...booking, call: { ...booking.call, outcome: "error" } }], NOON);
    expect(reader.conflicts()).toBe(1);
  });
});

describe("reads that must agree", () => {
  it("see the ledger as it was when the first of them looked", async () => {
    await ledger.append([bookingOf()], NOON);
    const calls = (): number => reader.totals({ ...OCTOBER, groupBy: [] })[0]?.calls ?? 0;
    const other = LedgerReader.open(ledger.path);
    let release = (): void => {};
    const booked = new Promise<void>((resolve) => {
      release = resolve;
    });
    const before = reader.consistently(() => {
      const first = calls();
      // The writer is a thread of its own: it commits while this one waits.
      ledger.append([bookingOf()], NOON).then(release, release);
      const until = Date.now() + 5_000;
      while ((other.totals({ ...OCTOBER, groupBy: [] })[0]?.calls ?? 0) === first && Date.now() < until);
      return [first, other.totals({ ...OCTOBER, groupBy: [] })[0]?.calls, calls()];
    });
    expect(before).toEqual([1, 2, 1]);
    await booked;
    expect(calls()).toBe(2);
    other.close();
  });

  it("end with their error, and the next ones see what is there", () => {
    expect(() =>
      reader.consistently(() => {
        throw new RangeError("no");
      }),
    ).toThrow("no");
    expect(reader.consistently(() => reader.lastCallMs())).toBeUndefined();
  });
});
