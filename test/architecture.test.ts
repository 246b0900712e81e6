import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What each package may import besides itself, and whether it must be pure. */
const RULES: Readonly<
  Record<string, { readonly keeptabs: readonly string[]; readonly others: readonly string[] }>
> = {
  usage: { keeptabs: [], others: [] },
  pricing: { keeptabs: ["usage"], others: ["@pydantic/genai-prices"] },
  ledger: { keeptabs: ["usage", "pricing"], others: ["node:"] },
  billing: { keeptabs: ["usage", "pricing", "ledger"], others: ["node:"] },
  instrumentation: { keeptabs: ["usage", "pricing"], others: ["node:", "@opentelemetry/api"] },
  processor: {
    keeptabs: ["usage", "pricing", "ledger", "billing"],
    others: ["node:", "express", "pino", "prom-client", "uplot", "yaml", "zod"],
  },
  cli: {
    keeptabs: ["usage", "pricing", "ledger", "billing", "processor"],
    others: ["node:", "commander", "csv-parse", "hyparquet-writer", "pino", "stream-json"],
  },
};

/** Words that a pure package must not say. */
const IMPURE =
  /\bprocess\.|\bconsole\.\w+\(|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bglobalThis\b|\bBuffer\b|\bsetTimeout\b/;

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.[jt]s$/.test(name))
    .map((name) => join(ROOT, folder, name));
}

function imports(text: string): string[] {
  return [
    ...text.matchAll(
      /^\s*(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm,
    ),
  ].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? "");
}

describe.each(Object.entries(RULES))("the package %s", (name, rule) => {
  const files = sources(`packages/${name}/src`);

  it("imports only what its place in the design allows", () => {
    expect(files.length).toBeGreaterThan(0);
    const wrong = files.flatMap((file) =>
      imports(readFileSync(file, "utf8"))
        .filter((from) => !from.startsWith("./") && !from.startsWith("../"))
        .filter(
          (from) =>
            !rule.keeptabs.some(
              (other) => from === `@keeptabs/${other}` || from.startsWith(`@keeptabs/${other}/`),
            ),
        )
        .filter(
          (from) =>
            !rule.others.some(
              (other) => from === other || from.startsWith(other.endsWith(":") ? other : `${other}/`),
            ),
        )
        .map((from) => `${relative(ROOT, file)} imports ${from}`),
    );
    expect(wrong).toEqual([]);
  });

  it("does not reach out of its own folder", () => {
    const wrong = files.flatMap((file) =>
      imports(readFileSync(file, "utf8"))
        .filter((from) => from.startsWith("."))
        .map((from) => relative(join(ROOT, "packages", name, "src"), join(file, "..", from)))
        .filter((target) => target.startsWith("..")),
    );
    expect(wrong).toEqual([]);
  });

  it("names no file after nothing", () => {
    const wrong = files.filter((file) => /(?:util|helper|common|manager|service|misc)s?\.ts$/.test(file));
    expect(wrong.map((file) => relative(ROOT, file))).toEqual([]);
  });
});

describe.each(["usage", "pricing"])("the pure package %s", (name) => {
  it("knows no clock, environment, console or Node", () => {
    const wrong = sources(`packages/${name}/src`).flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .map((line, i) => ({ line, at: `${relative(ROOT, file)}:${i + 1}` }))
        .filter(({ line }) => !/^\s*(?:\*|\/\/|\/\*)/.test(line) && IMPURE.test(line))
        .map(({ at, line }) => `${at} ${line.trim()}`),
    );
    expect(wrong).toEqual([]);
  });
});
