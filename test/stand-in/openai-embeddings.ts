import type { CreateEmbeddingResponse } from "openai/resources/embeddings";
import type { ConsumedUnit } from "./answer.ts";
import { type Order, type Reply, refuseUnstatable, sum } from "./reply.ts";

const STATABLE: ReadonlySet<ConsumedUnit> = new Set(["input"]);

/** A unit vector that depends on the text alone. */
function vectorOf(text: unknown, dimensions: number): readonly number[] {
  let seed = 1;
  for (const char of JSON.stringify(text)) seed = (seed * 31 + (char.codePointAt(0) ?? 0)) % 65_521;
  const raw = Array.from({ length: dimensions }, (_, index) => Math.sin(seed * (index + 1)));
  const norm = Math.hypot(...raw);
  return raw.map((value) => Math.fround(value / norm));
}

/** Answers `POST /v1/embeddings`, as numbers or base64 of 32-bit floats. */
export function embeddings(order: Order): Reply {
  refuseUnstatable(order, STATABLE);
  const { input, dimensions, encoding_format } = order.request.body;
  const texts: readonly unknown[] = Array.isArray(input) && typeof input[0] !== "number" ? input : [input];
  const tokens = sum(order.answer.usage, "input");
  const usage: CreateEmbeddingResponse.Usage = { prompt_tokens: tokens, total_tokens: tokens };
  const data = texts.map((text, index) => {
    const vector = vectorOf(text, typeof dimensions === "number" ? dimensions : 1536);
    const embedding =
      encoding_format === "base64" ? Buffer.from(new Float32Array(vector).buffer).toString("base64") : vector;
    return { object: "embedding", index, embedding };
  });
  const body = { object: "list", data, model: order.model, usage };
  return { id: undefined, model: order.model, serviceTier: undefined, usage, body, events: [] };
}
