import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Input } from "./input.ts";
import type { ImportFormat } from "./reading.ts";

/** How far an import has come. Everything up to here is booked; reading it once more would change nothing. */
export interface Position {
  readonly format: ImportFormat;
  readonly items: number;
  readonly rejected: number;
  /** Length of the file of rejected records. */
  readonly rejectedBytes: number;
}

interface Kept extends Position {
  readonly file: string;
  readonly size: number;
  readonly modifiedMs: number;
}

/**
 * Keeps the position of an import in a small file, so that one that was killed goes on where it was. It holds for the
 * same file, unchanged, read in the same way; otherwise an import begins at the beginning.
 */
export class PositionFile {
  readonly path: string;
  readonly #input: Input;
  #isKept = true;

  /** `beside` is the path of what it is kept next to; `way` is all that decides how the file is read. */
  constructor(beside: string, input: Input, way: readonly (string | undefined)[]) {
    this.#input = input;
    const identity = JSON.stringify([resolve(input.path), ...way.map((part) => part ?? null)]);
    const key = createHash("sha256").update(identity).digest("hex").slice(0, 16);
    this.path = `${beside}.import-${key}.json`;
  }

  /** Where the import left off, or undefined when it begins anew. */
  load(): Position | undefined {
    let kept: Kept;
    try {
      kept = JSON.parse(readFileSync(this.path, "utf8")) as Kept;
    } catch {
      return undefined;
    }
    const { size, modifiedMs } = this.#input;
    return kept.size === size && kept.modifiedMs === modifiedMs && Number.isSafeInteger(kept.items)
      ? kept
      : undefined;
  }

  /** Returns why it can't be kept, as in a folder that can only be read, the first time: the import goes on without. */
  save(position: Position): string | undefined {
    if (!this.#isKept) return undefined;
    try {
      this.#write(position);
    } catch (error) {
      this.#isKept = false;
      return (error as Error).message;
    }
    return undefined;
  }

  #write(position: Position): void {
    const { path: file, size, modifiedMs } = this.#input;
    const kept: Kept = { file: resolve(file), size, modifiedMs, ...position };
    // Written beside and moved over: whoever is killed meanwhile leaves the last one whole.
    writeFileSync(`${this.path}.new`, `${JSON.stringify(kept)}\n`);
    renameSync(`${this.path}.new`, this.path);
  }

  remove(): void {
    for (const path of [this.path, `${this.path}.new`]) if (existsSync(path)) rmSync(path, { force: true });
  }
}
