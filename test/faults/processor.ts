import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("keeptabs.yaml", import.meta.url));
/** Starts share what Node made of the source; it is written by processes that end in peace. */
const COMPILED = fileURLToPath(new URL("../../node_modules/.cache/faults", import.meta.url));

/** What a processor under test is started with. */
export interface StartOptions {
  readonly ledger: string;
  /** Name of a mutant to start instead of the processor. */
  readonly mutant?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly config?: string;
  /** Options of Node. */
  readonly node?: readonly string[];
  /** What to start the process with, e.g. `["strace", "-f"]`. */
  readonly under?: readonly string[];
}

/** Where a processor listens. */
export interface Addresses {
  readonly ingestUrl: string;
  readonly operatorUrl: string;
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Whoever ends early, as a test that runs out of time, leaves none of them behind. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** `keeptabs serve` in a process of its own, from the moment it is started. */
export class ProcessorProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with undefined when it ended before it listened. */
  readonly listening: Promise<Addresses | undefined>;
  #log = "";

  constructor({ ledger, mutant, env = {}, config = CONFIG, node = [], under = [] }: StartOptions) {
    const hook = fileURLToPath(new URL("mutate.ts", import.meta.url));
    const ports = ["--ingest-port", "0", "--operator-port", "0"];
    const command = [
      ...under,
      process.execPath,
      ...node,
      ...(mutant === undefined ? [] : ["--import", hook]),
      ...[MAIN, "serve", "--config", config, "--ledger", ledger, ...ports],
    ];
    this.#child = spawn(command[0] as string, command.slice(1), {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: COMPILED,
        ...(mutant === undefined ? {} : { KEEPTABS_MUTANT: mutant }),
        ...env,
      },
    });
    running.add(this.#child);
    this.#child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#log += chunk;
    });
    this.ended = once(this.#child, "close").then(([code, signal]) => {
      running.delete(this.#child);
      return { code, signal };
    });
    this.listening = Promise.race([this.#addresses(), this.ended.then(() => undefined)]);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it wrote to its log. */
  get log(): string {
    return this.#log;
  }

  /** The lines of its log, as far as they are JSON. */
  get logLines(): readonly Readonly<{ [key: string]: unknown }>[] {
    return this.#log
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  }

  /** Waits until it listens; throws what it said when it ended instead. */
  async up(): Promise<Addresses> {
    const addresses = await this.listening;
    if (addresses !== undefined) return addresses;
    const { code, signal } = await this.ended;
    throw new Error(`the processor ended with ${code ?? signal} before it listened: ${this.#log}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it as a power cut would, and waits. */
  async kill(): Promise<Ended> {
    this.signal("SIGKILL");
    return await this.ended;
  }

  /** Asks it to stop and returns its exit code. */
  async stop(): Promise<number | null> {
    this.signal("SIGTERM");
    return (await this.ended).code;
  }

  #addresses(): Promise<Addresses> {
    return new Promise((resolve) => {
      let said = "";
      this.#child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
        said += chunk;
        const ingestUrl = /at (http\S+)\/v1\/traces/.exec(said)?.[1];
        const operatorUrl = /API: (http\S+)/.exec(said)?.[1];
        if (ingestUrl !== undefined && operatorUrl !== undefined) resolve({ ingestUrl, operatorUrl });
      });
    });
  }
}

/** Lets one processor start and stop in peace, so that later starts find what Node made of the source. */
export async function warmUp(ledger: string): Promise<void> {
  const processor = new ProcessorProcess({ ledger });
  await processor.up();
  await processor.stop();
}
