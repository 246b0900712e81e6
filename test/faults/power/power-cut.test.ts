import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { straceOrSkip } from "../require.ts";
import { Disk } from "./disk.ts";
import { powerCuts, type Recorded, type RecordOptions, recorded } from "./power-cut.ts";

const TIMEOUT = 300_000;
const SCHEMA_2 = new URL("../../../packages/ledger/test/fixtures/schema-2.sql", import.meta.url);

const RECORDINGS: readonly (RecordOptions & { readonly name: string; readonly cuts: number })[] = [
  { name: "a ledger whose machine loses power", seed: "power", cuts: 150 },
  {
    name: "a ledger whose machine loses power while it is brought to this release's schema",
    seed: "older",
    older: readFileSync(SCHEMA_2, "utf8"),
    starts: 1,
    calls: 20,
    cuts: 50,
  },
];

describe.skipIf(!straceOrSkip()).for(RECORDINGS)("$name", ({ cuts, ...options }) => {
  let recording: Recorded;

  beforeAll(async () => {
    recording = await recorded(options);
  }, TIMEOUT);

  it("was recorded with all that was done to its files: they are made again to the byte", () => {
    const disk = new Disk(recording.before);
    for (const step of recording.steps) disk.take(step);
    expect([...disk.files.keys()].sort()).toEqual([...recording.after.keys()].sort());
    for (const [name, bytes] of recording.after)
      expect([name, disk.files.get(name)?.equals(bytes)]).toEqual([name, true]);
  });

  it("can be opened at every moment, is sound, and has every call that was acknowledged", {
    timeout: TIMEOUT,
  }, async () => {
    expect(await powerCuts(recording, { seed: options.seed, cuts })).toEqual([]);
  });
});
