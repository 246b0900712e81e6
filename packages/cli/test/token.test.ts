import { hashOfToken, parseConfig } from "@keeptabs/processor";
import { describe, expect, it } from "vitest";
import { fileWith, run } from "./running.ts";

/** The token and the configuration's line, as they were printed. */
async function printed(...args: string[]): Promise<{ secret: string; line: string; out: string }> {
  const { code, out } = await run("token", ...args);
  expect(code).toBe(0);
  const secret = /^kt_[\w-]{43}$/m.exec(out)?.[0] ?? "";
  const line = /^ {2}- \{.*\}$/m.exec(out)?.[0] ?? "";
  return { secret, line, out };
}

describe("keeptabs token", () => {
  it.each([
    [
      ["--name", "backend", "--role", "ingest", "--source", "eu"],
      { name: "backend", role: "ingest", source: "eu" },
    ],
    [["--name", "backend", "--role", "ingest"], { name: "backend", role: "ingest", source: "backend" }],
    [["--name", "grafana", "--role", "read"], { name: "grafana", role: "read", customer: undefined }],
    [
      ["--name", "42", "--role", "read", "--customer", "a: {b}"],
      { name: "42", role: "read", customer: "a: {b}" },
    ],
    [["--name", "null", "--role", "admin"], { name: "null", role: "admin" }],
  ])("%j prints a new token and the line that lets it in", async (args, expected) => {
    const { secret, line, out } = await printed(...args);
    expect(parseConfig(`tokens:\n${line}\n`, "keeptabs.yaml").tokens).toEqual([
      { ...expected, sha256: hashOfToken(secret) },
    ]);
    // The secret is there once, and not in the line that is kept.
    expect(out.split(secret)).toHaveLength(2);
    expect(line).not.toContain(secret);
    expect((await printed(...args)).secret).not.toBe(secret);
  });

  it("gives the same to machines", async () => {
    const { out } = await run("token", "--name", "ops", "--role", "admin", "--json");
    const { token, sha256, ...rest } = JSON.parse(out);
    expect(rest).toEqual({ name: "ops", role: "admin" });
    expect(hashOfToken(token)).toBe(sha256);
  });

  it.each([
    [["--name", "a b", "--role", "admin"], /^keeptabs: --name: must be/],
    [["--name", "a", "--role", "root"], /^keeptabs: --role: must be ingest, read or admin/],
    [
      ["--name", "a", "--role", "admin", "--source", "x"],
      /^keeptabs: --source: a token of this role has none/,
    ],
    [["--name", "a", "--role", "ingest", "--customer", "x"], /^keeptabs: --customer: a token of this role/],
    [["--name", "a", "--role", "read", "--customer", "__other__"], /^keeptabs: --customer: .*reserved/],
  ])("%j is refused, naming the option", async (args, message) => {
    const { code, out, err } = await run("token", ...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(message);
  });
});

describe("keeptabs serve", () => {
  it("does not open figures to other machines unasked, and says how to", async () => {
    const ledger = fileWith("x", "").replace(/x$/, "ledger.db");
    const ports = ["--ingest-port", "0", "--operator-port", "0"];
    const { code, err } = await run("serve", "--ledger", ledger, "--operator-host", "0.0.0.0", ...ports);
    expect(code).toBe(1);
    expect(err).toMatch(/operator\.host is 0\.0\.0\.0.*`keeptabs token`.*operator\.without_tokens: true/);
  });
});
