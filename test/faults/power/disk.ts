import type { Random } from "../random.ts";
import type { DiskStep } from "./recording.ts";

/** A disk writes so many bytes wholly or not at all. */
const SECTOR = 512;

/** The files of a folder by name. */
export type Files = ReadonlyMap<string, Buffer>;

/** What stands in a sector, if the file is long enough for it. */
interface Version {
  readonly sector: number;
  readonly bytes: Buffer;
}

/** A file as programs see it, and as it is for certain on the disk. */
class DiskFile {
  #bytes: Buffer;
  #synced: Buffer;
  /** Sectors as they were after each change since the last sync, oldest first. */
  #versions: Version[] = [];
  /** Lengths likewise. */
  #lengths: number[] = [];

  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.#bytes = Buffer.from(bytes);
    this.#synced = Buffer.from(bytes);
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  write(offset: number, bytes: Buffer): void {
    const end = offset + bytes.length;
    this.#resize(Math.max(this.#bytes.length, end));
    bytes.copy(this.#bytes, offset);
    this.#changed(offset, end);
  }

  truncate(size: number): void {
    const before = this.#bytes.length;
    this.#resize(size);
    this.#changed(Math.min(before, size), Math.max(before, size));
  }

  sync(): void {
    this.#synced = Buffer.from(this.#bytes);
    this.#versions = [];
    this.#lengths = [];
  }

  /**
   * What may be left of it: of each sector what was synced or anything that was written since, whatever became of
   * the others, and a length of any moment since.
   */
  afterPowerCut(random: Random): Buffer {
    const fate = random.next();
    if (fate < 0.2) return Buffer.from(this.#synced);
    if (fate < 0.3) return Buffer.from(this.#bytes);
    const chance = random.next();
    const length = random.pick([this.#synced.length, ...this.#lengths]);
    const left = Buffer.alloc(Math.max(length, this.#synced.length, this.#bytes.length) + SECTOR);
    this.#synced.copy(left);
    // A sector keeps the last of its versions that came to the disk.
    for (const { sector, bytes } of this.#versions) {
      if (random.chance(chance)) left.fill(0, sector, sector + SECTOR).set(bytes, sector);
    }
    return left.subarray(0, length);
  }

  #resize(size: number): void {
    if (size === this.#bytes.length) return;
    const resized = Buffer.alloc(size);
    this.#bytes.copy(resized);
    this.#bytes = resized;
    this.#lengths.push(size);
  }

  #changed(from: number, to: number): void {
    for (let sector = from - (from % SECTOR); sector < to; sector += SECTOR) {
      this.#versions.push({ sector, bytes: Buffer.from(this.#bytes.subarray(sector, sector + SECTOR)) });
    }
  }
}

/** A file that appeared or went. */
interface NameChange {
  readonly name: string;
  readonly file: DiskFile | undefined;
}

/** A folder on a disk that loses power: only what was synced is certain to be there afterwards. */
export class Disk {
  readonly #files = new Map<string, DiskFile>();
  readonly #synced = new Map<string, DiskFile>();
  /** What became of names since the folder was last synced. */
  #names: NameChange[] = [];

  /** A disk on which these files are for certain. */
  constructor(files: Files) {
    for (const [name, bytes] of files) {
      const file = new DiskFile(bytes);
      this.#files.set(name, file);
      this.#synced.set(name, file);
    }
  }

  take(step: DiskStep): void {
    if (step.file === "") {
      this.#syncNames();
      return;
    }
    if (step.does === "create") {
      if (!this.#files.has(step.file)) this.#name(step.file, new DiskFile());
      return;
    }
    if (step.does === "remove") {
      this.#name(step.file, undefined);
      return;
    }
    const file = this.#files.get(step.file);
    if (file === undefined) throw new Error(`${step.does} of ${step.file}, which is not there`);
    if (step.does === "write") file.write(step.offset, step.bytes);
    else if (step.does === "truncate") file.truncate(step.size);
    else file.sync();
  }

  /** The files as programs see them. */
  get files(): Files {
    return new Map([...this.#files].map(([name, file]) => [name, file.bytes]));
  }

  /** What may be left of the files when power is cut now. */
  afterPowerCut(random: Random): Files {
    const names = new Map(this.#synced);
    // A file system writes names in the order in which they changed.
    for (const { name, file } of this.#names.slice(0, random.between(0, this.#names.length))) {
      rename(names, name, file);
    }
    return new Map([...names].map(([name, file]) => [name, file.afterPowerCut(random)]));
  }

  #name(name: string, file: DiskFile | undefined): void {
    rename(this.#files, name, file);
    this.#names.push({ name, file });
  }

  #syncNames(): void {
    for (const { name, file } of this.#names) rename(this.#synced, name, file);
    this.#names = [];
  }
}

function rename(files: Map<string, DiskFile>, name: string, file: DiskFile | undefined): void {
  if (file === undefined) files.delete(name);
  else files.set(name, file);
}
