import type { PriceSheet } from "../price.ts";
import { ANTHROPIC } from "./anthropic.ts";
import { AZURE_OPENAI } from "./azure.ts";
import { BEDROCK } from "./bedrock.ts";
import { COHERE } from "./cohere.ts";
import { DEEPSEEK } from "./deepseek.ts";
import { GEMINI, VERTEX } from "./google.ts";
import { GROQ } from "./groq.ts";
import { MISTRAL } from "./mistral.ts";
import { OPENAI } from "./openai.ts";
import { VOYAGE } from "./voyage.ts";
import { X_AI } from "./xai.ts";

/** Our own price sheets. */
export const SHEETS: readonly PriceSheet[] = [
  OPENAI,
  ANTHROPIC,
  GEMINI,
  VERTEX,
  AZURE_OPENAI,
  BEDROCK,
  X_AI,
  MISTRAL,
  DEEPSEEK,
  GROQ,
  COHERE,
  VOYAGE,
];
