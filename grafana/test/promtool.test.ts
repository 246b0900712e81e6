import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { asSent, panelQueries } from "./panel-queries.ts";
import { serverOrSkip } from "./require-server.ts";
import { PROMETHEUS, yamlFiles } from "./rule-files.ts";

/** Throws with promtool's own words when it finds fault. */
function promtool(...words: readonly string[]): string {
  return execFileSync("promtool", [...words], { encoding: "utf8", stdio: "pipe" });
}

describe.skipIf(!serverOrSkip("prometheus", "promtool"))("promtool", () => {
  it("accepts the example configuration and the rules that it names", () => {
    expect(promtool("check", "config", `${PROMETHEUS}/prometheus.example.yml`)).toMatch(
      /SUCCESS: 2 rule files found/,
    );
  });

  it("accepts the rules", () => {
    expect(promtool("check", "rules", ...yamlFiles("rules"))).not.toMatch(/FAILED/);
  });

  it("accepts every panel query as the expression of a rule", () => {
    const rules = panelQueries().map(({ expr }, index) => ({
      record: `panel:query:${index}`,
      expr: asSent(expr),
    }));
    const directory = mkdtempSync(join(tmpdir(), "keeptabs-promtool-"));
    try {
      writeFileSync(join(directory, "panels.yml"), stringify({ groups: [{ name: "panels", rules }] }));
      expect(promtool("check", "rules", join(directory, "panels.yml"))).toContain(
        `SUCCESS: ${rules.length} rules found`,
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it.each(yamlFiles("tests").map((path) => ({ name: basename(path), path })))(
    "finds that the rules do what $name expects",
    { timeout: 120_000 },
    ({ path }) => {
      expect(promtool("test", "rules", path)).toContain("SUCCESS");
    },
  );
});
