/**
 * Damages OTLP requests at random and holds the decoder to its promises; now and then compares what it
 * reads from a sound request with what protobufjs reads. Millions of runs:
 *
 *   node test/fuzz/decode.ts --runs 5000000 --seed 7
 */
import { deepStrictEqual } from "node:assert/strict";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { compileSelection, decodeTraces } from "../../packages/processor/src/otlp/index.ts";
import { checkPromises, Mutator } from "../../packages/processor/test/otlp/mutations.ts";
import { comparable, oracleSpans } from "../../packages/processor/test/otlp/oracle.ts";
import { requests, SELECT, toJson, toProtobuf } from "../../packages/processor/test/otlp/requests.ts";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
const ROUND = 20_000;

const selection = compileSelection(SELECT);
const outcomes = { refused: 0, decoded: 0 };
let compared = 0;
for (let done = 0; done < runs; done += ROUND) {
  // Another corpus each round, so that the damage does not always hit the same requests.
  const roundSeed = seed + done;
  const mutator = new Mutator(roundSeed);
  for (let run = 0; run < Math.min(ROUND, runs - done); run++) {
    const encoding = run % 4 === 0 ? "json" : "protobuf";
    const body = mutator.next(encoding);
    try {
      outcomes[checkPromises(body, encoding, selection)]++;
    } catch (error) {
      console.error(
        `Round seed ${roundSeed}, run ${run}, ${encoding}: ${Buffer.from(body).toString("base64")}`,
      );
      throw error;
    }
  }
  for (const request of fc.sample(requests, { seed: roundSeed, numRuns: 50 })) {
    const body = toProtobuf(request);
    const expected = oracleSpans(body, SELECT);
    deepStrictEqual(comparable(decodeTraces(body, "protobuf", selection).spans), expected);
    deepStrictEqual(comparable(decodeTraces(toJson(request), "json", selection).spans), expected);
    compared++;
  }
}
console.log(
  `${runs} damaged requests: ${outcomes.decoded} decoded, ${outcomes.refused} refused, no promise broken; ` +
    `${compared} sound ones as protobufjs reads them.`,
);
