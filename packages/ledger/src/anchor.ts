import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs";
import type { Link } from "./chain.ts";
import { realPath } from "./real-path.ts";

/** Two places of this size, which are written in turn: a torn write spoils the older of the two at most. */
const PLACE = 256;
/** The anchor is forced to the disk this often at most: it is there to tell, not to restore. */
const SYNC_MS = 1_000;

/** The anchor's file beside a ledger. */
export function anchorPath(path: string): string {
  return `${realPath(path)}.anchor`;
}

/**
 * The latest batch, written down outside the ledger's file after each commit. SQLite drops the end of a
 * damaged write-ahead log without a word; the anchor then knows of batches that the ledger does not have.
 */
export class Anchor {
  readonly #file: number;
  #syncedAt = 0;

  /** Opens the anchor of a ledger for writing, creating it where there is none. */
  constructor(path: string) {
    const file = anchorPath(path);
    this.#file = openSync(file, existsSync(file) ? "r+" : "w+", 0o600);
  }

  write({ seq, hash }: Link): void {
    const text = JSON.stringify({ batch: seq, hash: Buffer.from(hash).toString("hex") });
    const line = `${text} ${checkOf(text)}`.padEnd(PLACE - 1);
    writeSync(this.#file, `${line}\n`, (seq % 2) * PLACE, "utf8");
    const now = performance.now();
    if (now - this.#syncedAt < SYNC_MS) return;
    fdatasyncSync(this.#file);
    this.#syncedAt = now;
  }

  /** Writes a batch in the place of whatever the anchor knew. */
  replace(link: Link): void {
    ftruncateSync(this.#file, 0);
    this.write(link);
  }

  close(): void {
    try {
      fdatasyncSync(this.#file);
    } finally {
      closeSync(this.#file);
    }
  }
}

/** What the anchor of a ledger knows; undefined when there is none. */
export function readAnchor(path: string): Link | undefined {
  const file = anchorPath(path);
  if (!existsSync(file)) return undefined;
  const links = readFileSync(file, "utf8")
    .split(/\n|\0/)
    .flatMap((line): Link[] => {
      const [text = "", check] = line.trimEnd().split(" ");
      if (check !== checkOf(text)) return [];
      const { batch, hash } = JSON.parse(text) as { batch: number; hash: string };
      return [{ seq: batch, hash: Buffer.from(hash, "hex") }];
    });
  return links.sort((a, b) => b.seq - a.seq)[0];
}

function checkOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
