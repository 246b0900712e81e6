import { DecodeError } from "./decode-error.ts";

/** Below this a body can't make JSON.parse hold more than some ten megabytes. */
const UNCHECKED_BYTES = 1024 * 1024;
const DEPTH = 1000;
/** An attribute takes more than 30 bytes and has two objects; text with more is made to fill the memory. */
const BYTES_PER_CONTAINER = 8;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** In a longer string the native search for its end is quicker. */
const SHORT_STRING = 48;

/**
 * Refuses JSON that would take far more memory than its size: `[[[[…` is one byte per array that costs
 * JSON.parse 56. It looks at brackets outside of strings only and leaves syntax to the parser.
 */
export function checkJsonBounds(body: Buffer): void {
  if (body.length <= UNCHECKED_BYTES) return;
  const allowed = body.length / BYTES_PER_CONTAINER;
  let containers = 0;
  let depth = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] as number;
    if (byte === QUOTE) {
      at = stringEnd(body, at + 1);
    } else if ((byte | 0x20) === 0x7b) {
      // "[" and "{" differ in one bit, as do "]" and "}".
      containers++;
      depth++;
      if (depth > DEPTH) throw new DecodeError(`The JSON is nested deeper than ${DEPTH} levels.`);
      if (containers > allowed) {
        throw new DecodeError("The JSON has far more arrays and objects than any export.");
      }
    } else if ((byte | 0x20) === 0x7d) {
      depth--;
    }
  }
}

/** The position of the quote that ends a string whose text begins at `from`, or the end of the body. */
function stringEnd(body: Buffer, from: number): number {
  let at = from;
  for (const near = Math.min(body.length, from + SHORT_STRING); at < near; at++) {
    if (body[at] === BACKSLASH) at++;
    else if (body[at] === QUOTE) return at;
  }
  for (;;) {
    const quote = body.indexOf(QUOTE, at);
    if (quote < 0) return body.length;
    let backslashes = 0;
    while (quote - backslashes > at && body[quote - backslashes - 1] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return quote;
    at = quote + 1;
  }
}
