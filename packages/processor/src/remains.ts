import { readdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { realPath } from "@keeptabs/ledger";
import { mentions } from "./mentions.ts";
import { Quarantine } from "./quarantine.ts";

/**
 * Removes the files beside a ledger in which a customer's identity stands: bodies that were kept aside, and how far
 * imports had come, which names their files. Returns how many there were. To be asked again when it rejects.
 */
export async function removeRemains(ledgerPath: string, customer: string): Promise<number> {
  const kept = await Quarantine.beside(ledgerPath).forget(customer);
  const ledger = realPath(ledgerPath);
  const folder = dirname(ledger);
  const imports = `${basename(ledger)}.import-`;
  let removed = 0;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(imports)) continue;
    const path = join(folder, name);
    if (!mentions(await readFile(path), customer)) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return kept + removed;
}
