import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A file system of its own, in memory, of which the size is known. */
export interface SmallDisk {
  readonly folder: string;
  readonly remount: (options: string) => void;
  readonly remove: () => void;
}

/** Mounts one; undefined where that is not allowed. `size` as mount(8) takes it. */
export function smallDisk(size: string): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), "keeptabs-disk-"));
  const mount = (...args: readonly string[]): void => {
    execFileSync("mount", [...args, folder], { stdio: "pipe" });
  };
  try {
    mount("-t", "tmpfs", "-o", `size=${size}`, "tmpfs");
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  return {
    folder,
    remount: (options) => mount("-o", `remount,${options}`),
    remove: () => {
      execFileSync("umount", ["-l", folder]);
      rmSync(folder, { recursive: true });
    },
  };
}

/** System calls of a running process that fail from now on, until `end`. */
export interface FailingCalls {
  readonly end: () => Promise<void>;
}

/** The files that SQLite writes for a ledger. */
export function databaseFiles(ledger: string): readonly string[] {
  return [ledger, `${ledger}-wal`];
}

/**
 * Makes system calls of a running process fail with an error such as EIO. Only calls on these files are met.
 * They are executed no more, so that what they would have written is not there.
 */
export async function failCalls(
  pid: number,
  files: readonly string[],
  calls: readonly string[],
  error: string,
): Promise<FailingCalls> {
  const paths = files.flatMap((file) => ["-P", file]);
  const what = ["-e", `trace=${calls.join()}`, "-e", `inject=${calls.join()}:error=${error}`];
  const strace = spawn("strace", ["-f", "-p", String(pid), ...paths, ...what, "-o", "/dev/null"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  await attached(strace);
  return {
    end: async () => {
      if (strace.exitCode !== null || strace.signalCode !== null) return;
      const ended = once(strace, "exit");
      strace.kill("SIGINT");
      await ended;
    },
  };
}

async function attached(strace: ChildProcess): Promise<void> {
  let said = "";
  strace.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  for (let waits = 0; waits < 500 && !said.includes("attached"); waits += 1) {
    if (strace.exitCode !== null) break;
    await sleep(20);
  }
  if (!said.includes("attached")) throw new Error(`strace did not attach: ${said}`);
}
