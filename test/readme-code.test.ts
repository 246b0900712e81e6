import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { keeptabsOn, serve } from "./scenario/serve.ts";
import { startStandIn } from "./stand-in/stand-in.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

describe("the code in the README", () => {
  it("runs as it stands, and the call it makes is in the ledger on the customer it names", async () => {
    const [, code] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(HERE, "../README.md"), "utf8")) ?? [];
    expect(code).toContain("withCustomer");
    const ledger = join(mkdtempSync(join(tmpdir(), "keeptabs-readme-")), "ledger.db");
    const serving = await serve(ledger);
    const standIn = await startStandIn({ respond: () => ({ usage: { input: 1000, output: 100 } }) });
    // Beside the test, so that the packages it imports are found; nothing but a clean end is added.
    const file = join(HERE, `readme-code-${process.pid}.generated.ts`);
    writeFileSync(
      file,
      `${code}\nawait sdk.shutdown();\nif (answer.choices.length !== 1) process.exit(1);\n`,
    );
    try {
      const child = spawn(process.execPath, [file], {
        stdio: ["ignore", "inherit", "inherit"],
        env: {
          ...process.env,
          OPENAI_API_KEY: "sk-readme",
          OPENAI_BASE_URL: standIn.openaiBaseUrl,
          OTEL_EXPORTER_OTLP_ENDPOINT: serving.ingestUrl,
          OTEL_METRICS_EXPORTER: "none",
          OTEL_LOGS_EXPORTER: "none",
        },
      });
      expect(await once(child, "exit")).toEqual([0, null]);
      const { out } = await keeptabsOn(ledger, "report", "--json", "--group-by", "customer,feature,model");
      expect(JSON.parse(out).rows).toMatchObject([
        // 1000 × 0.15/1e6 + 100 × 0.6/1e6
        {
          customer: "acme",
          feature: "assistant",
          model: "gpt-4o-mini-2024-07-18",
          calls: 1,
          cost: "0.00021",
        },
      ]);
    } finally {
      rmSync(file, { force: true });
      await standIn.close();
      await serving.stop();
    }
  });
});
