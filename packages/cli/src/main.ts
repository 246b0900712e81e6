#!/usr/bin/env node
import { createInterface } from "node:readline/promises";
import { runCli } from "./program.ts";
import { EXIT_DONE, EXIT_FOUND } from "./terminal.ts";

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

// Whoever reads the output may have seen enough, as `head` has; what was found is told by the exit code all the same. A processor goes on without anybody who listens.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (process.argv[2] === "serve") return;
  if (error.code === "EPIPE") process.exit(process.exitCode ?? EXIT_DONE);
  process.stderr.write(`keeptabs: cannot write the output: ${error.message}\n`);
  process.exit(EXIT_FOUND);
});

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isTerminal: process.stdout.isTTY === true,
  ask: process.stdin.isTTY === true && process.stderr.isTTY === true ? ask : undefined,
  now: Date.now,
});
