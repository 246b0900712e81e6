/** One replacement in the source of the product; `text` must be there exactly once. */
export interface Edit {
  /** Path below `packages`. */
  readonly file: string;
  readonly text: string;
  readonly by: string;
}

/** A processor that is broken on purpose, to prove that the harness sees it. */
export interface Mutant {
  readonly edits: readonly Edit[];
  /**
   * The fault that brings it to light: kills alone, a ledger that can't commit for a while, a disk that fails, or
   * power that is cut.
   */
  readonly fault: "kills" | "lock" | "disk" | "power";
  /** What the harness must find. */
  readonly finding: RegExp;
}

const WRITE_TOTALS = "    this.#writeSums();\n";
const WRITE_COUNTERS =
  "    for (const { key, whole, atto } of this.counts()) this.#add.run(...key, whole, atto);\n";
const ADVANCE = "    this.#advance.run(entry, adjustment);\n";
/** Makes the moment in which a kill shows the fault long enough to be hit. */
const PAUSE = "    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);\n";
const WRITE_PROJECTIONS = `      for (const written of [this.#totals, this.#counters]) {
        if (project || written.isDue())
          written.write(this.#bookkeeper.lastEntry, this.#bookkeeper.lastAdjustment);
      }
`;

const TAKE = "take(parts, request, raw, encoding, sender, share)";
/** A processor that does rightly what it does otherwise too seldom for a test, by name. */
export const VARIANTS: { readonly [name: string]: readonly Edit[] } = {
  "short-log": [
    {
      file: "ledger/src/database.ts",
      text: "wal_autocheckpoint = 40000",
      by: "wal_autocheckpoint = 100",
    },
  ],
};

/** By name; `KEEPTABS_MUTANT` chooses one for `mutate.ts`. */
export const MUTANTS: { readonly [name: string]: Mutant } = {
  "ack-before-commit": {
    edits: [
      {
        file: "processor/src/ingest/server.ts",
        text: `? ${TAKE} : undefined`,
        by: `? void ${TAKE}.catch(() => undefined) : undefined`,
      },
    ],
    fault: "kills",
    finding: /acknowledged, but not in the ledger/,
  },
  "identity-not-looked-up": {
    edits: [
      {
        file: "ledger/src/bookkeeper.ts",
        text: "if (known !== undefined) {",
        by: "if (known !== undefined && Buffer.compare(known, sent.contentHash) !== 0) {",
      },
    ],
    fault: "kills",
    finding: /in the ledger more than once/,
  },
  "counters-not-restored": {
    edits: [
      {
        file: "processor/src/metrics/ledger-metrics.ts",
        text: "    this.#counters.restore(reader.counters());\n",
        by: "",
      },
    ],
    fault: "kills",
    finding: /llm_\w+_total\{.*fell from/,
  },
  "200-on-a-failed-append": {
    edits: [
      {
        file: "processor/src/ingest/intake.ts",
        text: "throw new Overloaded(this.#failed(error), 5, { cause: error });",
        by: "this.#failed(error);",
      },
    ],
    fault: "lock",
    finding: /acknowledged, but not in the ledger/,
  },
  "500-on-a-failed-append": {
    edits: [
      {
        file: "processor/src/ingest/refusal.ts",
        text: ".writeHead(refusal.status, {",
        by: ".writeHead(500, {",
      },
    ],
    fault: "lock",
    finding: /answered 500/,
  },
  "projections-after-the-commit": {
    edits: [
      // With every commit, so that there are many moments in which a kill shows it.
      {
        file: "ledger/src/books.ts",
        text: "export const PROJECT_MS = 500;",
        by: "export const PROJECT_MS = 0;",
      },
      { file: "ledger/src/books.ts", text: WRITE_PROJECTIONS, by: "" },
      {
        file: "ledger/src/books.ts",
        text: "    this.#bookkeeper.end(false);\n",
        by: `${PAUSE}${WRITE_PROJECTIONS}    this.#bookkeeper.end(false);\n`,
      },
    ],
    fault: "kills",
    finding: /hourly totals: .* instead of/,
  },
  "totals-written-but-not-advanced": {
    edits: [{ file: "ledger/src/projections.ts", text: WRITE_TOTALS + ADVANCE, by: WRITE_TOTALS }],
    fault: "kills",
    finding: /hourly totals: .* instead of/,
  },
  "totals-advanced-but-not-written": {
    edits: [{ file: "ledger/src/projections.ts", text: WRITE_TOTALS + ADVANCE, by: ADVANCE }],
    fault: "kills",
    finding: /hourly totals: .* instead of/,
  },
  "counters-written-but-not-advanced": {
    edits: [{ file: "ledger/src/projections.ts", text: WRITE_COUNTERS + ADVANCE, by: WRITE_COUNTERS }],
    fault: "kills",
    finding: /counters: .* instead of/,
  },
  "counters-advanced-but-not-written": {
    edits: [{ file: "ledger/src/projections.ts", text: WRITE_COUNTERS + ADVANCE, by: ADVANCE }],
    fault: "kills",
    finding: /fell from|counters: .* instead of/,
  },
  "sealed-after-the-commit": {
    edits: [
      {
        file: "ledger/src/books.ts",
        text: "      this.#chain.seal(\n",
        by: '      this.#database.exec("COMMIT; BEGIN IMMEDIATE");\n      this.#chain.seal(\n',
      },
    ],
    fault: "kills",
    finding: /keeptabs verify: (batch \d+|\d+ entries belong to no batch)/,
  },
  "anchor-not-written": {
    edits: [
      {
        file: "ledger/src/books.ts",
        text: "    this.#writeAnchor();\n    return result;\n",
        by: "    return result;\n",
      },
    ],
    fault: "kills",
    finding: /the anchor did not know/,
  },
  "ack-before-the-anchor": {
    edits: [
      {
        file: "ledger/src/books.ts",
        text: "    this.#writeAnchor();\n    return result;\n",
        by: "    setTimeout(() => this.#writeAnchor(), 200);\n    return result;\n",
      },
    ],
    fault: "kills",
    finding: /the anchor did not know/,
  },
  "no-content-hash": {
    edits: [
      {
        file: "ledger/src/bookkeeper.ts",
        text: "if (Buffer.compare(known, sent.contentHash) === 0) return",
        by: "return",
      },
    ],
    fault: "kills",
    finding: /conflicts were kept aside instead of/,
  },
  "names-above-forgotten": {
    edits: [
      {
        file: "processor/src/ingest/intake.ts",
        text: "ledger.append(bookings, receivedAt, wanted)",
        by: "ledger.append(bookings, receivedAt)",
      },
    ],
    fault: "kills",
    finding: /__unattributed__ .* instead of/,
  },
  "one-call-charged-twice": {
    edits: [
      {
        file: "ledger/src/bookkeeper.ts",
        text: "const others = this.#sameCall.of(trace, row);",
        by: "const others: Counted[] = [];",
      },
    ],
    fault: "kills",
    finding: /hourly totals: .* instead of/,
  },
  "not-opened-anew-after-a-disk-error": {
    edits: [
      {
        file: "ledger/src/writer.ts",
        text: "  books ??= new Books(path);\n",
        by: '  if (books === undefined) throw new Error("closed");\n',
      },
    ],
    fault: "disk",
    finding: /it did not come to this: \d+ more acknowledged calls/,
  },
  "memory-kept-after-a-disk-error": {
    edits: [
      {
        file: "ledger/src/writer.ts",
        text: '  if (trouble !== "disk") return trouble;\n',
        by: "  return trouble;\n",
      },
      {
        file: "ledger/src/books.ts",
        text: "      this.#reset();\n      throw error;",
        by: "      throw error;",
      },
    ],
    fault: "disk",
    finding: /acknowledged, but not in the ledger|the chain goes from batch/,
  },
  "not-synced-with-each-commit": {
    edits: [
      {
        file: "ledger/src/database.ts",
        text: "PRAGMA synchronous = FULL;",
        by: "PRAGMA synchronous = NORMAL;",
      },
    ],
    fault: "power",
    finding: /acknowledged, but not in the ledger|committed calls are missing/,
  },
  "never-synced": {
    edits: [
      { file: "ledger/src/database.ts", text: "PRAGMA synchronous = FULL;", by: "PRAGMA synchronous = OFF;" },
    ],
    fault: "power",
    finding:
      /acknowledged, but not in the ledger|committed calls are missing|malformed|not a Keeptabs ledger/,
  },
  "anchor-before-the-commit": {
    edits: [
      {
        file: "ledger/src/books.ts",
        text: '      this.#database.exec("COMMIT");\n    } catch',
        by: '      this.#writeAnchor();\n      this.#database.exec("COMMIT");\n    } catch',
      },
    ],
    fault: "power",
    finding: /committed calls are missing/,
  },
};
