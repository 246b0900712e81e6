import { field, isObject, items, text } from "./field.ts";
import { CHAT_NAMES, REALTIME_NAMES, RESPONSES_NAMES, tallyOpenaiTokens } from "./openai-tokens.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";
import { type Assembly, lastOf } from "./stream.ts";
import { Tally } from "./tally.ts";
import { tallyCompletion, tallyPrompt } from "./tokens.ts";

/** Embeddings: all of the tokens are input. */
export function readOpenaiEmbeddings(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  const usage = field(body, "usage");
  tally.add("input", tally.count(usage, CHAT_NAMES.prompt) ?? tally.count(usage, "total_tokens"));
  return tally.reading(field(body, "model"), field(body, "id"));
}

/**
 * Generated images: tokens where the model is billed by tokens, otherwise the number of images. Output
 * without details is image tokens, since these endpoints answer with nothing else.
 */
export function readOpenaiImages(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  const usage = field(body, "usage");
  const [quality, size] = [text(field(body, "quality")), text(field(body, "size"))];
  if (quality !== undefined && size !== undefined) tally.circumstances({ imageSize: `${quality}-${size}` });
  const output = tally.count(usage, "output_tokens");
  if (output !== undefined && !isObject(field(usage, "output_tokens_details"))) {
    const own = { ...(usage as object), output_tokens_details: { image_tokens: output } };
    tallyOpenaiTokens(tally, own, { ...RESPONSES_NAMES, exhaustive: true });
  } else if (isObject(usage)) {
    tallyOpenaiTokens(tally, usage, { ...RESPONSES_NAMES, exhaustive: true });
  } else {
    const images = items(field(body, "data")).length;
    if (images > 0) tally.add("images", images);
  }
  tallySvg(tally, field(body, "svg_usage"), facts);
  return tally.reading(field(body, "model"), field(body, "id"));
}

/** SVG is written by a language model, which is billed beside the image model. */
function tallySvg(tally: Tally, usage: unknown, facts: RequestFacts): void {
  const model = text(field(usage, "model"));
  if (model === undefined) return;
  const own = new Tally(facts);
  const output_tokens_details = { reasoning_tokens: field(usage, "reasoning_tokens") };
  tallyOpenaiTokens(own, { ...(usage as object), output_tokens_details }, RESPONSES_NAMES);
  tally.addOther(model, own.usage().quantities);
}

/** Images that arrive while they are drawn; the completed one carries the usage. */
export function imagesAssembly(): Assembly {
  return lastOf(new Set(["image_generation.completed", "image_edit.completed"]), (event) => event);
}

/**
 * Transcriptions: tokens, or the duration of the audio as the provider measured it. Minimum durations are a
 * matter of the price.
 */
export function readTranscription(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  const usage = field(body, "usage");
  const seconds = field(usage, "seconds") ?? (isObject(usage) ? undefined : field(body, "duration"));
  const milliseconds = millisecondsOf(seconds);
  if (milliseconds !== undefined) tally.add("audio_milliseconds", milliseconds);
  else {
    const names = field(usage, CHAT_NAMES.prompt) === undefined ? REALTIME_NAMES : CHAT_NAMES;
    tallyOpenaiTokens(tally, usage, names);
  }
  return tally.reading(field(body, "model"), field(body, "id") ?? field(body, "x_groq", "id"));
}

/** Seconds, which may have a fraction, rounded to whole milliseconds. Undefined for what is no duration. */
export function millisecondsOf(seconds: unknown): number | undefined {
  if (typeof seconds !== "number" || !(seconds >= 0) || seconds > 1e9) return undefined;
  return Math.round(seconds * 1000);
}

/** Streamed transcriptions end with an event that carries the usage. */
export function transcriptionAssembly(): Assembly {
  return lastOf(new Set(["transcript.text.done", "transcription.done"]), (event) => event);
}

/**
 * Speech: the answer is audio and says nothing, so the characters come from the request. Models that are
 * billed by tokens say so in the last event of a stream; their output is audio.
 */
export function readSpeech(body: unknown, facts: RequestFacts): ResponseReading {
  const tally = new Tally(facts);
  const usage = field(body, "usage");
  const [input, output] = [tally.count(usage, "input_tokens"), tally.count(usage, "output_tokens")];
  if (input !== undefined && output !== undefined) {
    tallyPrompt(tally, { total: input });
    tallyCompletion(tally, { total: output, modalities: new Map([["audio", output]]) });
  } else tally.add("characters", tally.count(facts, "characters"));
  return tally.reading(field(body, "model"), field(body, "id"));
}

export function speechAssembly(): Assembly {
  return lastOf(new Set(["speech.audio.done"]), (event) => event);
}

const TRANSCRIBED = "conversation.item.input_audio_transcription.completed";

/**
 * One `response.done` event of a realtime session, or the event that ends the transcription of what the
 * user said: that one is billed at the rates of the transcription model, which the event does not name.
 */
export function readRealtime(body: unknown, facts: RequestFacts): ResponseReading {
  if (field(body, "type") === TRANSCRIBED) return readTranscription(body, facts);
  const response = field(body, "response") ?? body;
  const tally = new Tally(facts);
  tallyOpenaiTokens(tally, field(response, "usage"), REALTIME_NAMES);
  return tally.reading(field(response, "model"), field(response, "id"));
}

export function realtimeAssembly(): Assembly {
  return lastOf(new Set(["response.done"]), (event) => event);
}
