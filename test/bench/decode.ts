/**
 * How fast OTLP is decoded: our decoder, protobufjs and JSON.parse on the same requests, in one process
 * and in alternating slices, so that a busy machine slows all alike. Run it with
 *
 *   node test/bench/decode.ts
 */
import { gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import { compileSelection, decodeTraces, decompress } from "../../packages/processor/src/otlp/index.ts";
import { TraceRequest } from "../../packages/processor/test/otlp/official-schema.ts";
import { baselineDecoder } from "./decode/baseline.ts";
import { SELECTED } from "./decode/selected.ts";
import { type Batch, SPANS_PER_BATCH, type Traffic, traffic } from "./decode/traffic.ts";

const ROUNDS = 15;
const SLICE_MS = 60;
const WARM_UP_MS = 400;
const BATCHES = 3;
const LIMIT = 64 * 1024 * 1024;

interface Candidate {
  readonly name: string;
  readonly run: (batch: PackedBatch) => unknown;
}

interface PackedBatch extends Batch {
  readonly gzip: Buffer;
  readonly zstd: Buffer;
}

const OURS = "Keeptabs, protobuf to Spans";
const PROTOBUFJS = "protobufjs, decode only";
const PROTOBUFJS_SPANS = "protobufjs, to the same Spans";
const JSON_PARSE = "JSON.parse, parse only";
const GUNZIP = "gunzip only";
const GUNZIP_OURS = "gunzip + Keeptabs";

/** Measures and prints spans per second, and ratios of medians. */
export async function benchDecode(): Promise<void> {
  console.log(
    `OTLP decode, ${SPANS_PER_BATCH} spans per request, ${SELECTED.names.length} names selected, medians of ${ROUNDS} ` +
      `alternating slices; protobufjs 8.8.1 with its reflection API; Node ${process.version}`,
  );
  for (const kind of traffic(BATCHES)) await measure(kind);
}

async function measure(kind: Traffic): Promise<void> {
  const batches = kind.batches.map((batch) => ({
    ...batch,
    gzip: gzipSync(batch.protobuf),
    zstd: zstdCompressSync(batch.protobuf),
  }));
  const times = await alternate(candidates(), batches);
  const time = (name: string): number => times.get(name) ?? Number.NaN;
  const bytes = (batches[0]?.protobuf.length ?? 0) / SPANS_PER_BATCH;
  console.log(`\n${kind.name}: ${bytes.toFixed(0)} bytes per span`);
  for (const [name, micros] of times) {
    const rate = (SPANS_PER_BATCH / micros) * 1e6;
    console.log(
      `  ${name.padEnd(31)} ${rate.toFixed(0).padStart(9)} spans/s  ${micros.toFixed(0).padStart(6)} us`,
    );
  }
  const ratio = (name: string): string => `${(time(name) / time(OURS)).toFixed(1)}x ${name}`;
  console.log(`  = ${ratio(PROTOBUFJS)}; ${ratio(PROTOBUFJS_SPANS)}; ${ratio(JSON_PARSE)}`);
  console.log(
    `  = gunzip and decode reach ${((100 * time(GUNZIP)) / time(GUNZIP_OURS)).toFixed(0)} % of gunzip alone`,
  );
}

function candidates(): readonly Candidate[] {
  const selection = compileSelection(SELECTED);
  const baseline = baselineDecoder(SELECTED);
  return [
    { name: OURS, run: (batch) => decodeTraces(batch.protobuf, "protobuf", selection) },
    { name: PROTOBUFJS, run: (batch) => TraceRequest.decode(batch.protobuf) },
    { name: PROTOBUFJS_SPANS, run: (batch) => baseline(batch.protobuf) },
    { name: JSON_PARSE, run: (batch) => JSON.parse(batch.json.toString()) },
    { name: "Keeptabs, JSON to Spans", run: (batch) => decodeTraces(batch.json, "json", selection) },
    { name: GUNZIP, run: (batch) => gunzip(batch) },
    { name: GUNZIP_OURS, run: (batch) => decodeTraces(gunzip(batch), "protobuf", selection) },
    {
      name: "zstd + Keeptabs",
      run: async (batch) => decodeTraces(await decompress(batch.zstd, "zstd", LIMIT), "protobuf", selection),
    },
  ];
}

/** As our own decompression does it, but never in the thread pool, which would hide its time. */
function gunzip(batch: PackedBatch): Buffer {
  return gunzipSync(batch.gzip, { chunkSize: batch.protobuf.length + 64 });
}

/** The median time of each candidate for one batch, in microseconds. */
async function alternate(
  candidates: readonly Candidate[],
  batches: readonly PackedBatch[],
): Promise<Map<string, number>> {
  const slices = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  for (const { run } of candidates) await slice(run, batches, WARM_UP_MS);
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, run } of candidates) slices.get(name)?.push(await slice(run, batches, SLICE_MS));
  }
  return new Map([...slices].map(([name, times]) => [name, median(times)]));
}

async function slice(run: Candidate["run"], batches: readonly PackedBatch[], forMs: number): Promise<number> {
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < forMs) {
    for (const batch of batches) {
      const result = run(batch);
      if (result instanceof Promise) await result;
      done++;
    }
  }
  return ((performance.now() - start) / done) * 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}

if (import.meta.main) await benchDecode();
