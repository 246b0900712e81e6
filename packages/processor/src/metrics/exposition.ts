import { createHash } from "node:crypto";
import type { MetricFamily } from "./catalogue.ts";

/** Longest label value, in characters. */
const MAX_LABEL = 128;

/** A label value that Prometheus can hold: bounded, well formed, without control characters; distinct stays distinct. */
export function labelValue(text: string): string {
  const clean = text
    .toWellFormed()
    .replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16)}`);
  if (clean === text && text.length <= MAX_LABEL) return text;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  return `${clean.slice(0, MAX_LABEL - 13)}~${hash}`;
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

/** The two lines that begin a family in the Prometheus text format. */
export function familyHead({ name, type, help }: MetricFamily): string {
  return `# HELP ${name} ${help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")}\n# TYPE ${name} ${type}\n`;
}
