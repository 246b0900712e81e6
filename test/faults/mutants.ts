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
  /** The fault that brings it to light: kills alone, or a ledger that can't commit for a while. */
  readonly fault: "kills" | "lock";
  /** What the harness must find. */
  readonly finding: RegExp;
}

/** By name; `KEEPTABS_MUTANT` chooses one for `mutate.ts`. */
export const MUTANTS: { readonly [name: string]: Mutant } = {
  "ack-before-commit": {
    edits: [
      {
        file: "processor/src/ingest/server.ts",
        text: '    await parts.intake.take(spans, rejectedCount, "default");\n    accept(response, encoding);',
        by: '    accept(response, encoding);\n    await parts.intake.take(spans, rejectedCount, "default");',
      },
    ],
    fault: "kills",
    finding: /acknowledged, but not in the ledger/,
  },
  "no-unique-key": {
    edits: [
      {
        file: "ledger/src/schema.ts",
        text: "covered_by INTEGER REFERENCES entries,\n    UNIQUE (source, trace_id, span_id)\n  ) STRICT;",
        by: "covered_by INTEGER REFERENCES entries\n  ) STRICT;\n  CREATE INDEX entries_by_identity ON entries (source, trace_id, span_id);",
      },
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
    edits: [{ file: "processor/src/metrics/ledger-metrics.ts", text: "    this.#restore();\n", by: "" }],
    fault: "kills",
    finding: /llm_\w+_total\{.*fell from/,
  },
  "200-on-a-failed-append": {
    edits: [
      {
        file: "processor/src/ingest/intake.ts",
        text: "throw new Overloaded(error.message, 5, { cause: error });",
        by: "",
      },
    ],
    fault: "lock",
    finding: /acknowledged, but not in the ledger/,
  },
  "500-on-a-failed-append": {
    edits: [
      {
        file: "processor/src/ingest/server.ts",
        text: "refuse(response, encoding, 503, UNAVAILABLE, error.message, error.retryAfterSeconds);",
        by: "refuse(response, encoding, 500, UNAVAILABLE, error.message);",
      },
    ],
    fault: "lock",
    finding: /answered 500/,
  },
  "totals-after-the-commit": {
    edits: [
      {
        file: "ledger/src/writer.ts",
        text: '    bookkeeper.flush();\n    database.exec("COMMIT");',
        by: '    database.exec("COMMIT");\n    bookkeeper.flush();',
      },
    ],
    fault: "kills",
    finding: /hourly totals: .* instead of/,
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
        text: "ledger.append(batch.bookings, receivedAt, notes)",
        by: "ledger.append(batch.bookings, receivedAt)",
      },
    ],
    fault: "kills",
    finding: /__unattributed__ .* instead of/,
  },
  "one-call-charged-twice": {
    edits: [
      {
        file: "ledger/src/bookkeeper.ts",
        text: "const others = this.#sameCall(source, row);",
        by: "const others: Counted[] = [];",
      },
    ],
    fault: "kills",
    finding: /hourly totals: .* instead of/,
  },
};
