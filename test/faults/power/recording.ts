import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** What a process did to a file of a folder, in the order in which it did it. */
export type DiskStep = Step & {
  /** Name in the folder; empty for the folder itself. */
  readonly file: string;
  /** Unix milliseconds, when it began. */
  readonly at: number;
};

type Step =
  /** It is there from now on, if it was not before. */
  | { readonly does: "create" }
  | { readonly does: "write"; readonly offset: number; readonly bytes: Buffer }
  | { readonly does: "truncate"; readonly size: number }
  /** Everything up to here is on the disk for good; of a folder, which files there are. */
  | { readonly does: "sync" }
  | { readonly does: "remove" };

/**
 * All calls that change files, those with a question mark where there are such. One that is not understood below ends
 * the recording with an error.
 */
const CALLS =
  "?open,openat,?creat,write,writev,pwrite64,pwritev,pwritev2,truncate,ftruncate,fallocate,fsync,fdatasync," +
  "sync_file_range,?rename,?renameat,renameat2,?unlink,unlinkat,?link,linkat,copy_file_range,sendfile";
const NO_STRING_IS_LONGER = 1 << 20;

/** What to start a process with so that its system calls are written to files that begin with `prefix`. */
export function recordingTo(prefix: string): readonly string[] {
  const each = ["-f", "-ff", "-ttt", "-y", "-xx", "--seccomp-bpf", "-s", String(NO_STRING_IS_LONGER)];
  // As a grandchild, so that signals reach the process itself.
  return ["strace", "-D", ...each, "-e", `trace=${CALLS}`, "-e", "signal=none", "-o", prefix];
}

/** Reads what was recorded of a folder. Throws at a call that it does not understand. */
export function recordingOf(prefix: string, folder: string): readonly DiskStep[] {
  const writers = new Map<string, string>();
  return readdirSync(dirname(prefix))
    .filter((name) => name.startsWith(`${basename(prefix)}.`))
    .flatMap((thread) => {
      const text = readFileSync(join(dirname(prefix), thread), "latin1");
      return callsOn(folder, text).map((call) => ({ ...call, thread }));
    })
    .sort((a, b) => a.at - b.at)
    .flatMap(({ thread, ...call }): readonly DiskStep[] => {
      const steps = stepsOf(call, folder);
      for (const { file, does } of steps) {
        // Whoever opens a file to read it may be the one that makes it.
        if (file === "" || does === "create") continue;
        const writer = writers.get(file) ?? thread;
        // Within a thread the order is certain.
        if (writer !== thread) throw new Error(`two threads write ${file}`);
        writers.set(file, thread);
      }
      return steps;
    });
}

interface Call {
  readonly at: number;
  readonly name: string;
  readonly args: string;
  readonly result: string;
}

/** 1796139319.954155 pwrite64(18<\x2f\x74>, "\x68", 1, 10) = 1 */
const LINE = /^(\d+\.\d+) (\w+)\((.*)\) += (\S+)(?: .*)?$/;

function callsOn(folder: string, text: string): Call[] {
  const needle = hexOf(folder);
  return text.split("\n").flatMap((line): Call[] => {
    if (!line.includes(needle)) return [];
    const [, at, name, args, result] = LINE.exec(line) ?? [];
    if (at === undefined || name === undefined || args === undefined || result === undefined)
      throw new Error(`this line was not understood: ${line}`);
    // What failed changed nothing.
    return result.startsWith("-1") ? [] : [{ at: Number(at) * 1000, name, args, result }];
  });
}

function stepsOf({ at, name, args, result }: Call, folder: string): readonly DiskStep[] {
  const [, opened, handed, named] =
    /^(?:AT_FDCWD.*"((?:\\x..)*)"|-?\d+<((?:\\x..)*)>|"((?:\\x..)*)"$)/.exec(args) ?? [];
  const written = opened ?? handed ?? named;
  const path = written === undefined ? folder : unhex(written);
  // The folder's name may also stand in what is written elsewhere.
  if (path !== folder && !path.startsWith(`${folder}/`)) return [];
  const file = path.slice(folder.length + 1);
  switch (name) {
    case "openat":
      return [
        ...(args.includes("O_CREAT") ? [{ at, file, does: "create" } as const] : []),
        ...(args.includes("O_TRUNC") ? [{ at, file, does: "truncate", size: 0 } as const] : []),
      ];
    case "unlink":
    case "unlinkat":
      return [{ at, file, does: "remove" }];
    case "pwrite64": {
      const [, text = "", offset] = /, "((?:\\x..)*)", \d+, (\d+)$/.exec(args) ?? [];
      if (offset === undefined) break;
      const bytes = Buffer.from(text.replaceAll("\\x", ""), "hex").subarray(0, Number(result));
      return [{ at, file, does: "write", offset: Number(offset), bytes }];
    }
    case "ftruncate":
      return [{ at, file, does: "truncate", size: Number(/, (\d+)$/.exec(args)?.[1]) }];
    case "fsync":
    case "fdatasync":
      return [{ at, file, does: "sync" }];
  }
  throw new Error(`this call was not understood: ${name}(${args.slice(0, 300)}`);
}

function hexOf(text: string): string {
  return Buffer.from(text).toString("hex").replace(/../g, "\\x$&");
}

function unhex(text: string): string {
  return Buffer.from(text.replaceAll("\\x", ""), "hex").toString();
}
