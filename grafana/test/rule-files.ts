import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export const REPOSITORY: string = fileURLToPath(new URL("../..", import.meta.url));
export const PROMETHEUS: string = fileURLToPath(new URL("../../prometheus", import.meta.url));

/** Paths of the YAML files in a folder below `prometheus/`. */
export function yamlFiles(folder: "rules" | "tests"): readonly string[] {
  return readdirSync(`${PROMETHEUS}/${folder}`)
    .filter((name) => name.endsWith(".yml"))
    .sort()
    .map((name) => `${PROMETHEUS}/${folder}/${name}`);
}

export function allRules(): readonly Rule[] {
  return yamlFiles("rules").flatMap((path) => {
    const { groups } = parse(readFileSync(path, "utf8")) as {
      readonly groups: readonly { readonly rules: readonly Rule[] }[];
    };
    return groups.flatMap(({ rules }) => rules);
  });
}
