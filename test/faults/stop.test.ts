import { mkdtempSync } from "node:fs";
import { Agent } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { underFault } from "./fault.ts";
import { lostAcknowledged } from "./oracle.ts";
import { otlpRequest } from "./otlp.ts";
import { ProcessorProcess } from "./processor.ts";
import { Random } from "./random.ts";
import { post } from "./sender.ts";
import { plainStory } from "./stories.ts";

const TIMEOUT = 120_000;
/** Tries of each test: a signal comes at another moment each time. */
const TRIES = 5;

describe("a processor that is asked to stop under load", () => {
  it("finishes what it has, ends with 0, and everything that it acknowledged is there", {
    timeout: TIMEOUT,
  }, async () => {
    const found = await underFault({ seed: "stopped" }, async (scene) => {
      for (let tries = 0; tries < TRIES; tries += 1) {
        expect(await scene.processor().stop()).toBe(0);
        expect(lostAcknowledged(scene.ledger, scene.journal)).toEqual([]);
        await scene.restart();
        await scene.progress(50);
      }
    });
    expect(found).toEqual([]);
  });

  it("loses nothing when it is asked a second time before it is done", { timeout: TIMEOUT }, async () => {
    const found = await underFault({ seed: "stopped twice" }, async (scene) => {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const processor = scene.processor();
        processor.signal("SIGTERM");
        await sleep(tries);
        processor.signal("SIGTERM");
        const { code, signal } = await processor.ended;
        // It may have been done already; else the second signal ends it.
        expect(code === 0 || signal === "SIGTERM").toBe(true);
        await scene.restart();
        expect(lostAcknowledged(scene.ledger, scene.journal)).toEqual([]);
        await scene.progress(50);
      }
    });
    expect(found).toEqual([]);
  });

  it("does not wait for a sender that holds its connection and sends half a request", {
    timeout: TIMEOUT,
  }, async () => {
    const processor = new ProcessorProcess({
      ledger: join(mkdtempSync(join(tmpdir(), "keeptabs-stop-")), "ledger.db"),
    });
    const { port } = new URL((await processor.up()).ingestUrl);
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(
      "POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{",
    );
    await sleep(200);
    try {
      // Supervisors end what does not end by itself, most of them after 30 seconds.
      expect(await Promise.race([processor.stop(), sleep(20_000, "still there after 20 seconds")])).toBe(0);
    } finally {
      socket.destroy();
      await processor.kill();
    }
  });

  it("answers who waits for a commit, and does not wait for another request on the same connection", {
    timeout: TIMEOUT,
  }, async () => {
    const ledger = join(mkdtempSync(join(tmpdir(), "keeptabs-stop-")), "ledger.db");
    const processor = new ProcessorProcess({ ledger });
    const { ingestUrl } = await processor.up();
    const agent = new Agent({ keepAlive: true });
    const foreign = new DatabaseSync(ledger, { timeout: 30_000 });
    try {
      foreign.exec("BEGIN IMMEDIATE");
      const spans = plainStory(new Random("stop"), Date.now).parcels.flatMap((parcel) => parcel.spans);
      const answer = post(ingestUrl, otlpRequest(spans, { encoding: "json", gzip: false }), agent);
      await sleep(300);
      processor.signal("SIGTERM");
      await sleep(300);
      foreign.exec("ROLLBACK");
      expect((await answer)?.status).toBe(200);
      const ended = Promise.race([processor.ended, sleep(20_000, "still there after 20 seconds")]);
      expect(await ended).toEqual({ code: 0, signal: null });
    } finally {
      foreign.close();
      agent.destroy();
      await processor.kill();
    }
  });

  it("ends with 0 when it is asked during its start", { timeout: TIMEOUT }, async () => {
    const ledger = join(mkdtempSync(join(tmpdir(), "keeptabs-stop-")), "ledger.db");
    const processor = new ProcessorProcess({ ledger });
    await processor.up();
    await processor.stop();
    const again = new ProcessorProcess({ ledger });
    // Where the moment falls before its first line of code, the signal ends it as it ends any process.
    await sleep(350);
    again.signal("SIGTERM");
    const { code, signal } = await again.ended;
    expect(code === 0 || signal === "SIGTERM").toBe(true);
  });
});
