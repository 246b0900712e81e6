import { writeFileSync } from "node:fs";
import { overview } from "./overview.ts";

/** Where generated dashboards lie, by file name. */
export const DASHBOARDS: URL = new URL("./dashboards/", import.meta.url);

/** The generated files, by name. */
export function generated(): ReadonlyMap<string, string> {
  return new Map([["keeptabs-overview.json", `${JSON.stringify(overview(), null, 2)}\n`]]);
}

if (import.meta.main) {
  for (const [name, text] of generated()) writeFileSync(new URL(name, DASHBOARDS), text);
}
