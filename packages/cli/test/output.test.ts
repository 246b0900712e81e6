import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ledgerWith } from "./running.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
/** A file on a disk that is always full. */
const FULL = "/dev/full";

type Where = "pipe" | "full";

/** Starts the command in a process of its own, with its output and its messages to a pipe or to a full disk. */
function started(out: Where, err: Where, ...args: readonly string[]): ChildProcess {
  const full = openSync(FULL, "w");
  const to = (where: Where): "pipe" | number => (where === "pipe" ? "pipe" : full);
  try {
    return spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", to(out), to(err)] });
  } finally {
    closeSync(full);
  }
}

async function addressIn(stream: NodeJS.ReadableStream): Promise<string> {
  let said = "";
  for await (const chunk of stream) {
    said += String(chunk);
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
    if (found !== null) return found[0];
  }
  throw new Error(`it ended before it listened: ${said}`);
}

describe.skipIf(!existsSync(FULL))("a processor whose disk is full", () => {
  it.each([
    ["log", "pipe", "full"],
    ["greeting", "full", "pipe"],
  ] as const)(
    "goes on booking when its %s can't be written",
    async (_what, out, err) => {
      const { path } = await ledgerWith();
      const ports = ["--ingest-port", "0", "--operator-port", "0"];
      const child = started(out, err, "serve", "--ledger", path, ...ports);
      const ended = once(child, "exit");
      const ingest = await addressIn((out === "pipe" ? child.stdout : child.stderr)!);
      const post = (body: string): Promise<Response> =>
        fetch(`${ingest}/v1/traces`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
      // Each refusal is a line in the log.
      expect((await post("{")).status).toBe(400);
      expect((await post("{}")).status).toBe(200);
      child.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
    },
    60_000,
  );
});

describe.skipIf(!existsSync(FULL))("the output of a command", () => {
  it("that can't be written is told in one sentence", async () => {
    const { path } = await ledgerWith("gpt-4o");
    for (const command of [["report"], ["export", "--from", "2026-10-01", "--to", "2026-11-01"]]) {
      const child = started("full", "pipe", ...command, "--ledger", path);
      const [said, [code]] = await Promise.all([text(child.stderr!), once(child, "exit")]);
      expect([code, said]).toEqual([1, expect.stringMatching(/^keeptabs: cannot write the output: .*\n$/)]);
    }
  }, 60_000);

  it("is given up without a word when whoever reads it goes away", async () => {
    const { path } = await ledgerWith("gpt-4o");
    const child = started("pipe", "pipe", "report", "--ledger", path);
    child.stdout!.destroy();
    const [said, [code]] = await Promise.all([text(child.stderr!), once(child, "exit")]);
    expect([code, said]).toEqual([0, ""]);
  }, 60_000);

  it("is not needed to learn from the exit code that something was found", async () => {
    const { path } = await ledgerWith("gpt-4o");
    const database = new DatabaseSync(path);
    database.exec("DROP TRIGGER entries_are_not_changed; UPDATE entries SET net_nano = net_nano + 1");
    database.close();
    const child = started("pipe", "pipe", "verify", "--ledger", path);
    child.stdout!.destroy();
    expect(await once(child, "exit")).toEqual([1, null]);
  }, 60_000);
});
