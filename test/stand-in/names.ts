import { randomBytes } from "node:crypto";

/** Aliases and what they stood for when this was written; other models are served under their own name. */
const DATED: ReadonlyMap<string, string> = new Map([
  ["gpt-4o", "gpt-4o-2024-08-06"],
  ["gpt-4o-mini", "gpt-4o-mini-2024-07-18"],
  ["gpt-5", "gpt-5-2025-08-07"],
  ["gpt-5-mini", "gpt-5-mini-2025-08-07"],
  ["claude-haiku-4-5", "claude-haiku-4-5-20251001"],
  ["claude-sonnet-4-5", "claude-sonnet-4-5-20250929"],
]);

/** The model that answers when `model` is asked for. */
export function datedModel(model: string): string {
  return DATED.get(model) ?? model;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function letters(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

function hex(length: number): string {
  return randomBytes(length / 2).toString("hex");
}

/** Identifiers in the form that each provider gives them; no two are alike, across stand-ins too. */
export const newId = {
  chatCompletion: (): string => `chatcmpl-${letters(29)}`,
  response: (): string => `resp_${hex(50)}`,
  responseItem: (kind: "msg" | "rs" | "fc" | "ws"): string => `${kind}_${hex(50)}`,
  openaiToolCall: (): string => `call_${letters(24)}`,
  openaiRequest: (): string => `req_${hex(32)}`,
  message: (): string => `msg_01${letters(22)}`,
  anthropicToolUse: (): string => `toolu_01${letters(22)}`,
  anthropicRequest: (): string => `req_011C${letters(20)}`,
} as const;
