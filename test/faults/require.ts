import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** True where it is there. Else it says in one line what is skipped, or throws when KEEPTABS_REQUIRE names it. */
function thereOrSkip(name: string, there: boolean): boolean {
  if (there) return true;
  const required = (process.env["KEEPTABS_REQUIRE"] ?? "").split(",").map((word) => word.trim());
  if (required.includes(name)) throw new Error(`KEEPTABS_REQUIRE names ${name}, but it can't be used here`);
  process.stderr.write(`Skipped: ${name} can't be used here.\n`);
  return false;
}

/** strace, with which system calls are made to fail. */
export function straceOrSkip(): boolean {
  return thereOrSkip("strace", spawnSync("strace", ["-V"]).status === 0);
}

/** mount(8), which only root may use. */
export function mountOrSkip(): boolean {
  return thereOrSkip("mount", process.getuid?.() === 0 && spawnSync("unshare", ["-m", "true"]).status === 0);
}

const FAKETIME = ["x86_64-linux-gnu", "aarch64-linux-gnu"].map(
  (machine) => `/usr/lib/${machine}/faketime/libfaketime.so.1`,
);

/** The library that shows a process another clock; undefined where it is missing. */
export function faketimeOrSkip(): string | undefined {
  const found = FAKETIME.find((path) => existsSync(path));
  return thereOrSkip("faketime", found !== undefined) ? found : undefined;
}
