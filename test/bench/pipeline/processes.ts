import { type ChildProcess, execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Measured, Order } from "./orders.ts";

const LOAD = fileURLToPath(new URL("load.ts", import.meta.url));
const OBVIOUS = fileURLToPath(new URL("obvious.ts", import.meta.url));
const BARE = fileURLToPath(new URL("bare.ts", import.meta.url));
const KEEPTABS = fileURLToPath(new URL("../../../packages/cli/src/main.ts", import.meta.url));
const SERVER_CORE = "0";
const LOAD_CORE = "1";

/** Whether a process can have a core to itself here: `taskset` is there, and there are two cores. */
export function canPin(): boolean {
  if (availableParallelism() < 2) return false;
  try {
    execFileSync("taskset", ["--version"]);
    return true;
  } catch {
    return false;
  }
}

/** A server in a process of its own, all of its threads on one core. */
export interface Server {
  readonly port: number;
  readonly pid: number;
  /** Asks it to stop and waits until it has. */
  stop(): Promise<void>;
  /** Ends it at once, if it has not ended. */
  kill(): void;
}

/** `keeptabs serve`, as it is when nothing is configured. `nodeOptions` are for profiling. */
export function serveKeeptabs(
  ledger: string,
  folder: string,
  nodeOptions: readonly string[],
): Promise<Server> {
  const args = ["serve", "--ledger", ledger, "--ingest-port", "0", "--operator-port", "0"];
  return serve([...nodeOptions, KEEPTABS, ...args], folder);
}

export function serveObvious(database: string, folder: string): Promise<Server> {
  return serve([OBVIOUS, database], folder);
}

/** The server that does the least; see `bare.ts`. */
export function serveBare(database: string, calls: number, folder: string): Promise<Server> {
  return serve([BARE, database, String(calls)], folder);
}

async function serve(args: readonly string[], folder: string): Promise<Server> {
  const command = [...(canPin() ? ["taskset", "-c", SERVER_CORE] : []), process.execPath, ...args];
  const child = spawn(command[0] as string, command.slice(1), {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exit = once(child, "exit");
  const port = await portOf(child);
  return {
    port,
    pid: child.pid as number,
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = await exit;
      if (code !== 0) throw new Error(`a server ended with ${code}`);
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

/** The port of the first address that a server says it listens at. */
function portOf(child: ChildProcess): Promise<number> {
  let said = "";
  let complaints = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (text) => {
      said += text;
      const port = /http:\/\/127\.0\.0\.1:(\d+)\D/.exec(said)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.stderr?.on("data", (text) => {
      complaints += text;
    });
    child.once("exit", () => reject(new Error(`a server did not start: ${complaints}`)));
  });
}

/** The load for one shape, which makes its requests with all cores and sends them from one. */
export class Load {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async prepared(shape: number, atMs: number): Promise<Load> {
    const child = fork(LOAD, [String(shape), String(atMs)]);
    await wordOf(child);
    if (canPin()) execFileSync("taskset", ["-a", "-p", "-c", LOAD_CORE, String(child.pid)]);
    return new Load(child);
  }

  /** Throws when a request was not answered with 200. */
  async send(order: Order): Promise<Measured> {
    this.#child.send(order);
    const said = (await wordOf(this.#child)) as Measured | { readonly error: string };
    if ("error" in said) throw new Error(said.error);
    return said;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

/** The next message of a child. */
function wordOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error("the load ended before it had answered"));
    child.once("exit", ended);
    child.once("message", (word) => {
      child.off("exit", ended);
      resolve(word);
    });
  });
}
