import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { realPath } from "@keeptabs/ledger";
import { mentions } from "./mentions.ts";

const MAX_FILES = 100;
const MAX_BYTES = 1024 * 1024;

/** Where a body is kept. */
export interface Kept {
  /** The name of its file. */
  readonly file: string;
  /** False when it was there already. */
  readonly written: boolean;
}

/**
 * Keeps bodies that could not be decoded, so that nothing is lost to a sender's bug or to ours. Bounded:
 * the newest hundred, the first MiB of each. The files may hold prompts and are readable by the owner only.
 */
export class Quarantine {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The one that belongs to a ledger. */
  static beside(ledgerPath: string): Quarantine {
    return new Quarantine(`${realPath(ledgerPath)}.quarantine`);
  }

  /** Removes the files in which an identity stands, and returns how many there were. */
  async forget(identity: string): Promise<number> {
    let removed = 0;
    for (const name of await filesIn(this.folder)) {
      const path = join(this.folder, name);
      const body = await readFile(path);
      if (!mentions(body, identity)) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    return removed;
  }

  /**
   * Writes a body aside, unless an equal one is there already; both share its file then. Rejects when it can't be
   * written, and leaves nothing of it. `now` is Unix milliseconds.
   */
  async keep(body: Uint8Array, extension: "json" | "pb", now: number): Promise<Kept> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const ending = `${createHash("sha256").update(body).digest("hex").slice(0, 16)}.${extension}`;
    // Names begin with the time, so that their order is their age.
    const kept = (await readdir(this.folder)).toSorted();
    const same = kept.find((name) => name.endsWith(ending));
    if (same !== undefined) return { file: same, written: false };
    const oldest = kept.slice(0, Math.max(0, kept.length - MAX_FILES + 1));
    await Promise.all(oldest.map((file) => rm(join(this.folder, file), { force: true })));
    const name = `${new Date(now).toISOString().replace(/[:.]/g, "")}-${ending}`;
    const path = join(this.folder, name);
    try {
      await writeFile(path, body.subarray(0, MAX_BYTES), { mode: 0o600 });
    } catch (error) {
      // A piece of it would be taken for all of it when the same body comes again.
      await rm(path, { force: true });
      throw error;
    }
    return { file: name, written: true };
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
