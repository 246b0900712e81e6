import { field } from "./field.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import { Tally } from "./tally.ts";

/**
 * Voyage's embeddings and rerankers state the total alone, all of it input. Multimodal embeddings are billed
 * by text tokens and by pixels instead; the total mixes both.
 */
export function readVoyage(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  const usage = field(body, "usage");
  const pixels = ["image_pixels", "video_pixels"].map(
    (name) => [name, tally.count(usage, name) ?? 0] as const,
  );
  const multimodal = pixels.some(([, quantity]) => quantity > 0);
  tally.add("input", tally.count(usage, multimodal ? "text_tokens" : "total_tokens"));
  for (const [unit, quantity] of pixels) tally.addTool(unit, quantity);
  return tally.reading(field(body, "model"), field(body, "id"));
}
