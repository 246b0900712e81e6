import { describe, expect, it } from "vitest";
import { fileWith, ledgerWith, priceFileFor, run } from "./running.ts";

describe("keeptabs prices", () => {
  it("shows every rate of a model at an instant, with its source", async () => {
    const { code, out } = await run("prices", "show", "openai", "gpt-4o");
    expect(code).toBe(0);
    expect(out).toMatch(/^standard +input +2\.5 +1000000$/m);
    expect(out).toMatch(/Source: https:\/\/\S+ \(checked \d{4}-\d\d-\d\d\)/);
    const before = await run("prices", "show", "openai", "o3", "--at", "2025-06-01T00:00:00Z");
    expect(before.out).toMatch(/^standard +input +10 +1000000$/m);
  });

  it("refuses a name that is not known, with those that look like it", async () => {
    const { code, err } = await run("prices", "show", "openai", "gpt-4oo");
    expect([code, err]).toEqual([1, expect.stringMatching(/model not found; known names like it: gpt-4o/)]);
    // Not of another day, nor of an instant that depends on where the command runs.
    for (const at of ["then", "2025-06-31", "2025-06-01T00:00:00"]) {
      const wrong = await run("prices", "show", "openai", "gpt-4o", "--at", at);
      expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining(`--at: "${at}" is neither a day`)]);
    }
  });

  it("lists models, and refuses a provider without a sheet", async () => {
    expect((await run("prices", "list", "--provider", "anthropic")).out).toMatch(/claude-opus-5/);
    expect(await run("prices", "list", "--provider", "nobody")).toMatchObject({ code: 2 });
  });

  it("checks for models in the ledger that have no price", async () => {
    const { path } = await ledgerWith("gpt-4o", "acme-llm-9");
    const { code, out } = await run("prices", "check", "--ledger", path, "--days", "9999");
    expect([code, out]).toEqual([1, "openai acme-llm-9: 1 call has no price (model_not_found)\n"]);
    const priced = await ledgerWith("gpt-4o");
    expect(await run("prices", "check", "--ledger", priced.path, "--days", "9999")).toMatchObject({
      code: 0,
    });
    expect((await run("prices", "check", "--ledger", priced.path, "--days", "0")).code).toBe(1);
  });

  it("does not take a file of another shape for a catalogue that agrees", async () => {
    const file = fileWith("other.json", [{ model: "gpt-4o" }]);
    for (const option of ["--litellm", "--models-dev"]) {
      expect(await run("prices", "diff", option, file)).toMatchObject({
        code: 2,
        err: expect.stringContaining(`${option}: ${file} has no model of a provider`),
      });
    }
  });

  it("names each disagreement with a LiteLLM file", async () => {
    const file = fileWith("litellm.json", {
      "gpt-4o": {
        litellm_provider: "openai",
        mode: "chat",
        input_cost_per_token: 3e-6,
        output_cost_per_token: 1e-5,
      },
    });
    const { code, out } = await run("prices", "diff", "--litellm", file, "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({
        provider: "openai",
        model: "gpt-4o",
        unit: "input",
        ours: "2.5 per 1000000",
      }),
    ]);
    expect((await run("prices", "diff", "--litellm", "/nowhere.json")).err).toMatch(
      /--litellm: cannot read \/nowhere\.json/,
    );
  });

  it("checks a price file, and names provider, model and field of what is wrong in it", async () => {
    const good = priceFileFor("acme-llm-9");
    expect(await run("prices", "import", good)).toMatchObject({
      code: 0,
      out: expect.stringContaining("1 model of openai"),
    });
    const bad = fileWith("bad.json", [
      {
        provider: "openai",
        models: [
          { models: ["m"], prices: [{ source: "s", checked: "2026-10-01", rates: { input: "1,5" } }] },
        ],
      },
    ]);
    expect(await run("prices", "import", bad)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/openai m .*input: "1,5"/),
    });
  });
});

describe("keeptabs reprice", () => {
  const period = ["--from", "2026-10-01", "--to", "2026-11-01"];

  it("shows first, then books what a late price makes of calls that had none, once", async () => {
    const { path, calls } = await ledgerWith("gpt-4o", "acme-llm-9");
    const config = fileWith("keeptabs.yaml", `prices:\n  files: [${priceFileFor("acme-llm-9")}]\n`);
    const on = ["--config", config, "--ledger", path];
    const report = async () => JSON.parse((await run("report", "--json", ...on)).out).rows[0];

    const dry = await run("reprice", ...period, ...on, "--dry-run");
    expect([dry.code, dry.out]).toEqual([
      0,
      expect.stringMatching(/acme +none +openai\/acme-llm-9@release +1 +0 +0\.0012 +0\.0012/),
    ]);
    expect(await report()).toMatchObject({ cost: "0.0035", unpriced_calls: 1 });

    await run("reprice", ...period, ...on);
    expect(await report()).toMatchObject({ cost: "0.0047", unpriced_calls: 0, calls: 2 });
    const explained = await run("explain", calls[1]!.traceId, calls[1]!.spanId, ...on);
    expect(explained.out).toMatch(/^price +openai\/acme-llm-9@release$/m);
    expect(explained.out).toMatch(/repriced +acme +chat +1 +0\.0012 +prices were corrected/);
    expect((await run("reprice", ...period, ...on)).out).toMatch(/Nothing was booked/);
    expect(await report()).toMatchObject({ cost: "0.0047" });
  });

  it("names a wrong instant or a period that ends before it begins", async () => {
    const { path } = await ledgerWith();
    expect(await run("reprice", "--from", "October", "--to", "2026-11-01", "--ledger", path)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--from: "October"/),
    });
    expect(
      (await run("reprice", "--from", "2026-11-01", "--to", "2026-10-01", "--ledger", path)).err,
    ).toMatch(/--to: must be later than --from/);
    for (const to of ["2026-11-31", "2026-11-31T00:00:00Z", "2999-01-01"]) {
      expect(await run("reprice", "--from", "2026-11-01", "--to", to, "--ledger", path)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/--to: /),
      });
    }
  });

  it("says which price file is broken", async () => {
    const { path } = await ledgerWith();
    const config = fileWith("keeptabs.yaml", `prices:\n  files: [${fileWith("p.json", "{")}]\n`);
    expect(await run("reprice", ...period, "--config", config, "--ledger", path)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/price file .*p\.json: /),
    });
  });
});
