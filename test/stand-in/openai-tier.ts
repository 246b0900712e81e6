const TIERS = ["default", "flex", "priority", "scale"] as const;

/** The tiers that an answer of OpenAI's can state. */
export type OpenaiTier = (typeof TIERS)[number];

/** The tier an answer states: as decided, else as asked for; `fast` is served, and billed, as `priority`. */
export function openaiTier(asked: unknown, decided: string | undefined): OpenaiTier {
  const tier = decided ?? asked;
  if (tier === "fast") return "priority";
  return TIERS.find((known) => known === tier) ?? "default";
}
