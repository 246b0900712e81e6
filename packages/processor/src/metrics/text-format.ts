import { createHash } from "node:crypto";
import type { MetricFamily } from "./catalogue.ts";

/** Longest label value, in characters. */
const MAX_LABEL = 128;
const SHORTENED = /~[0-9a-f]{12}$/;

/** A label value that Prometheus can hold: bounded, well formed, without control characters; distinct stays distinct. */
export function labelValue(text: string): string {
  const clean = text
    .toWellFormed()
    .replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16)}`);
  // What looks like a shortened value is shortened too, or somebody could take another's label.
  if (clean === text && text.length <= MAX_LABEL && !SHORTENED.test(text)) return text;
  const hash = createHash("sha256").update(text, "utf16le").digest("hex").slice(0, 12);
  return `${clean.slice(0, MAX_LABEL - 13).replace(/[\ud800-\udbff]$/, "")}~${hash}`;
}

/** `{customer="acme",feature="chat"}`, escaped as the text format asks. */
export function labelText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return "";
  const pairs = names.map((name, i) => `${name}="${escapeLabel(labelValue(values[i] ?? ""))}"`);
  return `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`));
}

/** The Prometheus text format, version 0.0.4, or OpenMetrics text, version 1.0.0. Their sample lines are the same. */
export type TextFormat = "prometheus" | "openmetrics";

/** The two lines that begin a family. OpenMetrics names a counter's family without the `_total` of its samples. */
export function familyHead({ name, type, help }: MetricFamily, format: TextFormat): string {
  const family = format === "openmetrics" && type === "counter" ? name.replace(/_total$/, "") : name;
  const text = help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n");
  return `# HELP ${family} ${format === "openmetrics" ? text.replace(/"/g, '\\"') : text}\n# TYPE ${family} ${type}\n`;
}
