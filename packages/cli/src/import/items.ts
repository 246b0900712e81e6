import { pipeline, type Readable } from "node:stream";
import { CsvError, type InfoRecord, parse } from "csv-parse";
import { type StreamArrayItem, streamArray } from "stream-json/streamers/stream-array.js";
import type { Input } from "./input.ts";
import { frames, lines, whole } from "./pieces.ts";

/** A part of a file that is read, and counted, as one. */
export interface Item {
  /** Where it stands, for people: `line 12`. */
  readonly place: string;
  readonly content:
    | { readonly kind: "json"; readonly text: Buffer }
    | { readonly kind: "value"; readonly value: unknown }
    | { readonly kind: "protobuf"; readonly bytes: Buffer }
    /** What stands there can't be told apart from what follows it. */
    | { readonly kind: "broken"; readonly problem: string };
}

/** The file ends in the middle of something, or goes on in a way that nobody can read; what was before it was read. */
export class FileBroken extends Error {
  override readonly name = "FileBroken";
}

/** The longest line, record or request. */
const MAX_ITEM_BYTES = 128 * 1024 * 1024;

/**
 * The items of a file, in order: the elements of a JSON array, the lines of JSON Lines, the rows of CSV, the requests in
 * OTLP files; a JSON document of another kind is one item. Rejects with FileBroken.
 */
export async function* itemsOf(input: Input): AsyncGenerator<Item> {
  const head = await input.head();
  const text = head.toString("utf8").replace(/^\uFEFF/, "");
  try {
    if (isBinary(head)) yield* requestsOf(input, head);
    else if (/^\s*\[/.test(text)) yield* elementsOf(input.stream());
    else if (/^\s*\{/.test(text)) yield* isDocument(text) ? documentOf(input) : linesOf(input);
    else yield* rowsOf(input.stream());
  } catch (error) {
    if (error instanceof FileBroken) throw error;
    throw new FileBroken((error as Error).message, { cause: error });
  }
}

/** Text has no control characters beside tabs and ends of lines; protobuf with its raw ids always has. */
function isBinary(head: Buffer): boolean {
  return head.some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x20));
}

/** A first line that is no JSON by itself: the file is one document over several lines. */
function isDocument(text: string): boolean {
  const end = text.search(/\n/);
  if (end < 0) return false;
  const first = text.slice(0, end).trim();
  if (first === "") return isDocument(text.slice(end + 1));
  try {
    JSON.parse(first);
    return false;
  } catch {
    // A line that is cut off, not a document, unless more of it follows.
    return !first.endsWith("}") || /^\{\s*$/.test(first);
  }
}

async function* linesOf(input: Input): AsyncGenerator<Item> {
  for await (const { number, bytes } of lines(input.stream(), MAX_ITEM_BYTES)) {
    const place = `line ${number}`;
    if (bytes === undefined)
      yield { place, content: { kind: "broken", problem: `is longer than ${MAX_ITEM_BYTES} bytes` } };
    else if (bytes.length > 0) yield { place, content: { kind: "json", text: bytes } };
  }
}

async function* documentOf(input: Input): AsyncGenerator<Item> {
  const bytes = await whole(input.stream(), MAX_ITEM_BYTES);
  if (bytes === undefined)
    throw new FileBroken(
      `is one JSON object of more than ${MAX_ITEM_BYTES} bytes; write a JSON array, or one record a line`,
    );
  yield { place: "the document", content: { kind: "json", text: bytes } };
}

async function* elementsOf(stream: Readable): AsyncGenerator<Item> {
  const elements = streamArray.withParserAsStream();
  pipeline(stream, elements, () => undefined);
  for await (const { key, value } of elements as AsyncIterable<StreamArrayItem>) {
    yield { place: `record ${key + 1}`, content: { kind: "value", value } };
  }
}

async function* rowsOf(stream: Readable): AsyncGenerator<Item> {
  const rows = parse({
    bom: true,
    columns: true,
    info: true,
    max_record_size: MAX_ITEM_BYTES,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  pipeline(stream, rows, () => undefined);
  try {
    for await (const row of rows as AsyncIterable<{ record: Record<string, string>; info: InfoRecord }>) {
      const { record, info } = row;
      const place = `line ${info.lines}`;
      // A field more or less has moved all that follow it.
      if ((info.error as CsvError | undefined) !== undefined)
        yield { place, content: { kind: "broken", problem: "has not as many fields as the header" } };
      else yield { place, content: { kind: "value", value: record } };
    }
  } catch (error) {
    if (error instanceof CsvError) throw new FileBroken(error.message, { cause: error });
    throw error;
  }
}

/** One request, or a file exporter's, each behind its length in four bytes. */
async function* requestsOf(input: Input, head: Buffer): AsyncGenerator<Item> {
  // A request begins with its first field, which is resource_spans.
  if (head[0] === 0x0a) {
    const bytes = await whole(input.stream(), MAX_ITEM_BYTES);
    if (bytes === undefined) throw new FileBroken(`is one request of more than ${MAX_ITEM_BYTES} bytes`);
    yield { place: "the request", content: { kind: "protobuf", bytes } };
    return;
  }
  let number = 0;
  for await (const bytes of frames(input.stream(), MAX_ITEM_BYTES)) {
    number += 1;
    if (bytes === undefined) throw new FileBroken(`ends within request ${number}, or is no export at all`);
    yield { place: `request ${number}`, content: { kind: "protobuf", bytes } };
  }
}
