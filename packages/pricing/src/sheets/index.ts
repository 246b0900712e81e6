import type { PriceSheet } from "../price.ts";
import { ANTHROPIC } from "./anthropic.ts";
import { OPENAI } from "./openai.ts";

/** Our own price sheets. */
export const SHEETS: readonly PriceSheet[] = [OPENAI, ANTHROPIC];
