import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { finished } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";

const TURN_BYTES = 1 << 20;
const TURN_MS = 2;

/**
 * Sends bytes as they are made and as the receiver takes them, in portions: each is handed to the system at once, and others get
 * their turn in between, since a receiver that reads fast would keep the loop busy to the end. Resolves to whether
 * all were sent; false when the receiver went away.
 */
export async function send(bytes: Iterable<Buffer>, response: ServerResponse): Promise<boolean> {
  const sent = finished(response).then(() => true, wentAway);
  let portion = 0;
  let start = performance.now();
  response.cork();
  for (const some of bytes) {
    response.write(some);
    portion += some.length;
    if (portion < TURN_BYTES && performance.now() < start + TURN_MS) continue;
    response.uncork();
    await setImmediate();
    if (response.writableNeedDrain) await Promise.race([once(response, "drain"), sent]);
    if (response.destroyed) return sent;
    portion = 0;
    start = performance.now();
    response.cork();
  }
  // Before the end: what is held back in chunks would come after the last one.
  response.uncork();
  response.end();
  return sent;
}

function wentAway(error: NodeJS.ErrnoException): false {
  if (error.code === "ERR_STREAM_PREMATURE_CLOSE" || error.code === "ECONNRESET") return false;
  throw error;
}
