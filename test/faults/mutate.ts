import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { type Edit, MUTANTS, VARIANTS } from "./mutants.ts";

/**
 * Loaded before a processor (`node --import`), in its threads too: replaces pieces of its source, as the mutants and
 * variants say that KEEPTABS_MUTANT names. One whose text is not there exactly once ends the process, so that it can't
 * become the processor itself unnoticed.
 */

const PACKAGES = new URL("../../packages/", import.meta.url);
const wanted = (process.env["KEEPTABS_MUTANT"] ?? "").split(",").flatMap((name) => {
  const edits = MUTANTS[name]?.edits ?? VARIANTS[name];
  if (edits === undefined) throw new Error(`there is no mutant "${name}"`);
  return edits;
});
// Checked here too: a file that is never loaded would never be changed.
for (const edit of wanted) mutated(readFileSync(new URL(edit.file, PACKAGES), "utf8"), edit);

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const edits = wanted.filter(({ file }) => url === new URL(file, PACKAGES).href);
    if (edits.length === 0) return loaded;
    const source = readFileSync(fileURLToPath(url), "utf8");
    return { ...loaded, source: edits.reduce(mutated, source) };
  },
});

function mutated(source: string, { file, text, by }: Edit): string {
  const found = source.split(text).length - 1;
  if (found !== 1)
    throw new Error(`the mutant's text is ${found} times in packages/${file}, not once:\n${text}`);
  return source.replace(text, () => by);
}
