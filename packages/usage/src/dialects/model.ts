/** A Bedrock ARN of a model or of one of AWS's own inference profiles; those of users name no model. */
const BEDROCK_ARN =
  /^arn:aws[a-z-]*:bedrock:([a-z0-9-]*):\d*:(?:foundation-model|inference-profile)\/([^/]{1,256})$/;
/** `us.anthropic.claude-…`: an inference profile that keeps requests in a geography, at a price of its own. */
const BEDROCK_ID =
  /^(?:(us-gov|us|eu|apac|jp|au|ca|sa|global)\.)?(?:anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai|qwen|stability|writer|twelvelabs|luma)\.[a-z0-9]/;

/** A model as a span names it, and what its name says beside the model. */
export interface ModelName {
  readonly model: string;
  /** Where the name says that the model runs: `us`, `eu`, `us-east-1` … */
  readonly region: string | undefined;
  /** True for a form that only Bedrock uses. */
  readonly bedrock: boolean;
}

/** Names that frameworks write when they know none. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(["none", "unknown", "null", "undefined"]);

/**
 * Reads a model's name. An ARN is reduced to the id in it, and the id keeps its prefix; nothing else is
 * changed, since a name that is trimmed by a guess has another model's price.
 */
export function readModel(text: string | undefined): ModelName | undefined {
  if (text === undefined || PLACEHOLDERS.has(text.toLowerCase())) return undefined;
  const arn = BEDROCK_ARN.exec(text);
  const arnRegion = arn?.[1];
  const id = arn?.[2] ?? text;
  const match = BEDROCK_ID.exec(id);
  const region = match?.[1] ?? (arnRegion === "" ? undefined : arnRegion);
  return { model: id, region, bedrock: match !== null || text.startsWith("arn:aws") };
}

/** True for Anthropic's models, wherever they run: their cache writes are priced by time to live. */
export function isAnthropic(provider: string, model: string | undefined): boolean {
  return provider === "anthropic" || ANTHROPIC_MODEL.test(model ?? "");
}

const ANTHROPIC_MODEL = /(?:^|[./])(?:claude|anthropic)[-./]/;

/**
 * The provider that a model's name proves or, for the two families that are nearly always bought from their
 * makers, tells; empty otherwise. For spans whose framework names itself as the provider.
 */
export function providerOfModel(name: ModelName | undefined): string {
  if (name === undefined) return "";
  if (name.bedrock) return "aws.bedrock";
  if (/^(?:gpt-|o[134](?:-|$)|text-embedding-|chatgpt-)/.test(name.model)) return "openai";
  return name.model.startsWith("claude-") ? "anthropic" : "";
}
