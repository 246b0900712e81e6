import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));
/** The scenario's configuration file. */
export const CONFIG: string = fileURLToPath(new URL("keeptabs.yaml", import.meta.url));

/** `keeptabs serve` in a process of its own. */
export interface Serving {
  readonly ingestUrl: string;
  readonly operatorUrl: string;
  /** Asks it to stop and returns the exit code. */
  stop(): Promise<number | null>;
  /** Kills it as a power cut would. */
  kill(): Promise<void>;
}

/** Starts `keeptabs serve` on a ledger and waits until it listens. Rejects with what it said when it does not start. */
export async function serve(
  ledger: string,
  ports: { ingest?: string; operator?: string } = {},
): Promise<Serving> {
  const child = spawn(
    process.execPath,
    [
      MAIN,
      "serve",
      "--config",
      CONFIG,
      "--ledger",
      ledger,
      "--ingest-port",
      ports.ingest ?? "0",
      "--operator-port",
      ports.operator ?? "0",
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const ended = once(child, "exit");
  const said = await Promise.race([firstWords(child), ended.then(() => undefined)]);
  if (said === undefined) throw new Error("keeptabs serve ended before it listened");
  return {
    ingestUrl: address(said, /at (http\S+)\/v1\/traces/),
    operatorUrl: address(said, /API: (http\S+)/),
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = await ended;
      return code;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Runs a `keeptabs` command and returns what it printed and its exit code. */
export async function keeptabs(
  ...args: readonly string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, "close");
  return { code, out, err };
}

/** The report commands with the scenario's configuration. */
export function keeptabsOn(
  ledger: string,
  command: string,
  ...args: readonly string[]
): ReturnType<typeof keeptabs> {
  return keeptabs(command, "--config", CONFIG, "--ledger", ledger, ...args);
}

async function firstWords(child: ChildProcess): Promise<string> {
  let said = "";
  let complaints = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk) => {
      said += chunk;
      if (said.includes("Ledger: ")) resolve(said);
    });
    child.stderr?.on("data", (chunk) => {
      complaints += chunk;
    });
    child.once("exit", () => reject(new Error(complaints)));
  });
}

function address(said: string, pattern: RegExp): string {
  const found = pattern.exec(said)?.[1];
  if (found === undefined) throw new Error(`keeptabs serve did not say its address: ${said}`);
  return found;
}
