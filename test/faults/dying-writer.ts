import { existsSync } from "node:fs";
import { isMainThread, parentPort } from "node:worker_threads";

/**
 * Loaded before a processor (`node --import`), in its threads too: the ledger's thread dies, as it does when it is out
 * of memory, at the first request that it gets once the file is there that KEEPTABS_WRITER_DIES names.
 */

const deadly = process.env["KEEPTABS_WRITER_DIES"];
if (!isMainThread && deadly !== undefined) {
  parentPort?.on("message", () => {
    if (existsSync(deadly)) throw new Error("it died on purpose");
  });
}
