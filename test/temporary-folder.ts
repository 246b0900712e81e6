import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives a test run a temporary folder of its own, for ledgers and the like, and takes it away at the end. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "keeptabs-tests-"));
  process.env["TMPDIR"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
