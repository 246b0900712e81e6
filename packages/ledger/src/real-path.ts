import { readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/**
 * The path of a file without links, also where it is not there yet. What lies beside a ledger is found by it: by
 * another name a second process would find other files, and no lock.
 */
export function realPath(path: string): string {
  const real = following(() => realpathSync(path));
  if (real !== undefined) return real;
  const target = following(() => readlinkSync(path));
  if (target !== undefined) return realPath(resolve(dirname(path), target));
  const folder = following(() => realpathSync(dirname(path)));
  return folder === undefined ? path : join(folder, basename(path));
}

/** Undefined for what is not there, or is no link. Links in a ring are told by whoever opens the file. */
function following(find: () => string): string | undefined {
  try {
    return find();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EINVAL") return undefined;
    throw error;
  }
}
