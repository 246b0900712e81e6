import { LedgerReader } from "@keeptabs/ledger";
import { afterEach, describe, expect, it } from "vitest";
import { type Running, spanOf, startTestProcessor } from "../running.ts";
import { emptyMetrics, posting, scrape } from "./posting.ts";
import { sample } from "./sample-text.ts";

let processor: Running;

afterEach(async () => {
  await processor.stop();
});

const GAUGE = 'llm_customer_cost_month_to_date_usd{customer="acme"}';

/** A call of 0.0035 USD. */
function callAt(at: number): object {
  return spanOf({ "customer.id": "acme" }, { endTimeUnixNano: `${at}000000` });
}

describe("the month so far, when the clock jumps", () => {
  it("is that of the month that the clock is in, with all that is booked in it", async () => {
    processor = await startTestProcessor();
    const start = processor.now;
    const days = (count: number): number => start + count * 86_400_000;
    // October; ahead into December and back; ahead again, into the month that was next; and on to January.
    for (const [now, calls, shown] of [
      [days(0), [days(0), days(0)], "0.007"],
      [days(60), [days(60), days(0), days(59)], "0.007"],
      [days(0), [days(0)], "0.014"],
      [days(1), [days(1), days(30)], "0.021"],
      [days(30), [days(30), days(30), days(1)], "0.007"],
      [days(60), [days(60)], "0.0105"],
      [days(20), [], "0.007"],
    ] as const) {
      processor.now = now;
      for (const at of calls) await processor.postSpans(callAt(at));
      expect([now, sample(await processor.metrics(), GAUGE)]).toEqual([now, shown]);
    }
  });

  it("counts once what was committed before it was read, and taken after", async () => {
    processor = await startTestProcessor();
    const reader = LedgerReader.open(processor.ledgerPath);
    const { metrics, clock, untaken } = await emptyMetrics({ reader });
    const december = processor.now + 60 * 86_400_000;
    const taken = posting({ occurredAt: BigInt(december) * 1_000_000n });
    processor.now = december;
    await processor.postSpans(callAt(december));
    clock.now = december;
    untaken.count = 1;
    expect(sample(await scrape(metrics), GAUGE)).toBe("0.0035");
    metrics.take([taken]);
    untaken.count = 0;
    expect(sample(await scrape(metrics), GAUGE)).toBe("0.0035");
    await processor.postSpans(callAt(december));
    metrics.take([taken]);
    expect(sample(await scrape(metrics), GAUGE)).toBe("0.007");
    reader.close();
  });
});
