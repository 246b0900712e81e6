import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LEDGER_FAMILIES, parseConfig } from "@keeptabs/processor";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

describe("the documentation", () => {
  it("lists exactly the metrics that the ledger gives, with their labels", () => {
    const rows = [...read("packages/processor/README.md").matchAll(/^\| `(llm_\w+)` \|(.*?)\|/gm)];
    const documented = new Map(rows.map(([, name, labels]) => [name, labels?.trim()]));
    const catalogue = new Map(
      Object.values(LEDGER_FAMILIES).map(({ name, labels }) => [name, labels.join(", ")]),
    );
    expect(documented).toEqual(catalogue);
  });

  it("has an example configuration that is valid", () => {
    const config = parseConfig(read("keeptabs.example.yaml"), "keeptabs.example.yaml");
    expect(config.customers.size).toBe(3);
  });

  it("links only to files that are there", () => {
    const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];
    for (const page of pages) {
      for (const [, target] of read(page).matchAll(/\]\((?!http|#)([^)]+)\)/g)) {
        expect(() => readdirSync(join(ROOT, target ?? "", "..")), `${page} → ${target}`).not.toThrow();
        expect(readdirSync(join(ROOT, target ?? "", "..")), `${page} → ${target}`).toContain(
          (target ?? "").replace(/\/$/, "").split("/").at(-1),
        );
      }
    }
  });
});
