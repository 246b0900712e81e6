import { describe, expect, it } from "vitest";
import { compileSelection } from "../../src/otlp/index.ts";
import { checkPromises, Mutator } from "./mutations.ts";
import { SELECT } from "./requests.ts";

const RUNS = 5000;

describe("damaged requests", () => {
  it.each(["protobuf", "json"] as const)(
    "%s is decoded or refused with a DecodeError, and nothing else",
    (encoding) => {
      const mutator = new Mutator(1);
      for (const select of [SELECT, { names: [], prefixes: [""] }]) {
        const selection = compileSelection(select);
        const outcomes = { refused: 0, decoded: 0 };
        for (let run = 0; run < RUNS; run++)
          outcomes[checkPromises(mutator.next(encoding), encoding, selection)]++;
        expect(Math.min(outcomes.refused, outcomes.decoded)).toBeGreaterThan(RUNS / 20);
      }
    },
  );
});
