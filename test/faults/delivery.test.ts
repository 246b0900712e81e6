import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LedgerReader } from "@keeptabs/ledger";
import { describe, expect, it } from "vitest";
import { cuttingProxy } from "./cutting-proxy.ts";
import { Journal } from "./journal.ts";
import { Load } from "./load.ts";
import { differences, metricDifferences } from "./oracle.ts";
import { otlpRequest, type SentSpan } from "./otlp.ts";
import { ProcessorProcess } from "./processor.ts";
import { Random } from "./random.ts";
import { anyRequest, post } from "./sender.ts";
import { nextStory, type Parcel, plainStory } from "./stories.ts";

const TIMEOUT = 120_000;
const newLedger = (): string => join(mkdtempSync(join(tmpdir(), "keeptabs-delivery-")), "ledger.db");

describe("answers that are lost after the commit", () => {
  it("make senders send again, and change nothing", { timeout: TIMEOUT }, async () => {
    const ledger = newLedger();
    const processor = new ProcessorProcess({ ledger });
    const random = new Random("lost answers");
    try {
      const { ingestUrl, operatorUrl } = await processor.up();
      const proxy = await cuttingProxy(random.fork("proxy"), ingestUrl);
      const load = new Load(random);
      load.up({ ingestUrl: proxy.url, operatorUrl });
      for (let acknowledged = 0; acknowledged < 1500; acknowledged = load.journal.acknowledged.size) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const text = await load.drain();
      expect(proxy.cuts()).toBeGreaterThan(50);
      await proxy.close();
      expect(metricDifferences(ledger, text)).toEqual([]);
      expect(load.falls).toEqual([]);
      expect(differences(ledger, load.journal)).toEqual([]);
    } finally {
      await processor.kill();
    }
  });
});

describe("the same calls", () => {
  const stories = Array.from({ length: 250 }, (_, i) => nextStory(new Random(`the same calls/${i}`)));

  for (const order of ["one order", "another order", "a third order", "a fourth order"]) {
    it(`are in the ledger once when each is sent one to five times, in batches of any size, in ${order}`, {
      timeout: TIMEOUT,
    }, async () => {
      const ledger = newLedger();
      const random = new Random(order);
      const journal = new Journal();
      for (const story of stories) journal.emit(story);
      const parcels = stories.flatMap((story) => story.parcels);
      const copies = parcels.flatMap((parcel) => Array.from({ length: random.between(1, 5) }, () => parcel));
      const processor = new ProcessorProcess({ ledger });
      try {
        const { ingestUrl } = await processor.up();
        while (copies.length > 0) {
          const batch: Parcel[] = [];
          for (let size = random.between(1, 60); size > 0 && copies.length > 0; size -= 1)
            batch.push(random.draw(copies));
          const spans = batch.flatMap((parcel) => parcel.spans);
          expect((await post(ingestUrl, anyRequest(spans, random)))?.status).toBe(200);
          for (const { entries } of batch) journal.acknowledge(entries);
        }
        expect(differences(ledger, journal)).toEqual([]);
      } finally {
        await processor.kill();
      }
    });
  }
});

describe("a span that names nobody, above a call that comes later", () => {
  for (const [what, customer, killed] of [
    ["links the call to the customer further up", "acme", false],
    [
      "costs at most that when the processor is killed in between: the call is charged",
      "__unattributed__",
      true,
    ],
  ] as const) {
    it(what, { timeout: TIMEOUT }, async () => {
      const ledger = newLedger();
      const { root, middle, call, pico } = lineage();
      let processor = new ProcessorProcess({ ledger });
      const sent = async (span: SentSpan): Promise<number | undefined> => {
        const { ingestUrl } = await processor.up();
        return (await post(ingestUrl, otlpRequest([span], { encoding: "json", gzip: false })))?.status;
      };
      try {
        expect(await sent(middle)).toBe(200);
        if (killed) {
          await processor.kill();
          processor = new ProcessorProcess({ ledger });
        }
        expect([await sent(root), await sent(call)]).toEqual([200, 200]);
        const reader = LedgerReader.open(ledger);
        const entry = reader.entry(call.traceId, call.spanId);
        expect([entry?.customer, entry?.net]).toEqual([customer, pico * 1_000_000n]);
        expect(reader.totals({ fromMs: 0, untilMs: Date.UTC(2100, 0, 1), groupBy: [] })).toMatchObject([
          { calls: 1, net: pico * 1_000_000n },
        ]);
        reader.close();
      } finally {
        await processor.kill();
      }
    });
  }
});

/** A request that names its customer, a step below it that names nobody, the step's call and what it costs. */
function lineage(): {
  readonly root: SentSpan;
  readonly middle: SentSpan;
  readonly call: SentSpan;
  readonly pico: bigint;
} {
  const random = new Random("lineage");
  const { parcels, calls } = plainStory(random, () => Date.UTC(2026, 9, 1));
  const [plain] = parcels.flatMap(({ spans }) => spans);
  const nobody = plain!.attributes.filter(([key]) => key !== "customer.id");
  const call = { ...plain!, parentSpanId: random.hex(8), attributes: nobody };
  const middle = { ...call, spanId: call.parentSpanId, parentSpanId: random.hex(8), attributes: [] };
  const named = [["customer.id", "acme"]] as const;
  const root = { ...middle, spanId: middle.parentSpanId, parentSpanId: undefined, attributes: named };
  return { root, middle, call, pico: calls[0]!.pico! };
}
