#!/usr/bin/env node
import { createInterface } from "node:readline/promises";
import { runCli } from "./program.ts";

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isTerminal: process.stdout.isTTY === true,
  ask: process.stdin.isTTY === true && process.stderr.isTTY === true ? ask : undefined,
  now: Date.now,
});
