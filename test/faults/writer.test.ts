import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { underFault } from "./fault.ts";
import { lostAcknowledged } from "./oracle.ts";

const HOOK = fileURLToPath(new URL("dying-writer.ts", import.meta.url));

describe("a processor whose writing thread dies", () => {
  it("says so and ends with 1, so that its supervisor starts it anew, and has lost nothing", {
    timeout: 120_000,
  }, async () => {
    const deadly = join(mkdtempSync(join(tmpdir(), "keeptabs-writer-")), "die");
    const start = { node: ["--import", HOOK], env: { KEEPTABS_WRITER_DIES: deadly } };
    const found = await underFault({ seed: "dead writer", ...start }, async (scene) => {
      for (let deaths = 0; deaths < 3; deaths += 1) {
        const processor = scene.processor();
        writeFileSync(deadly, "");
        expect(await processor.ended).toEqual({ code: 1, signal: null });
        rmSync(deadly);
        const problem = "the ledger's writer failed: it died on purpose";
        expect(processor.logLines.filter(({ level }) => level === 60)).toMatchObject([{ problem }]);
        expect(processor.log).toMatch(new RegExp(`^keeptabs: ${problem}$`, "m"));
        await scene.restart();
        expect(lostAcknowledged(scene.ledger, scene.journal)).toEqual([]);
        await scene.progress(50);
      }
    });
    expect(found).toEqual([]);
  });
});
