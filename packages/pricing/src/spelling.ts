/**
 * Providers by the names that they had in earlier OpenTelemetry conventions and have in common gateways.
 * Source: semantic-conventions 1.27 to 1.37 (`gen_ai.system`), LiteLLM's provider list.
 */
const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ["az.ai.openai", "azure.ai.openai"],
  ["azure", "azure.ai.openai"],
  ["azure_openai", "azure.ai.openai"],
  ["az.ai.inference", "azure.ai.inference"],
  ["bedrock", "aws.bedrock"],
  ["aws_bedrock", "aws.bedrock"],
  ["gemini", "gcp.gemini"],
  ["google", "gcp.gemini"],
  ["vertex_ai", "gcp.vertex_ai"],
  ["xai", "x_ai"],
  ["x-ai", "x_ai"],
  ["mistral", "mistral_ai"],
  ["mistralai", "mistral_ai"],
  ["voyageai", "voyage"],
  ["voyage_ai", "voyage"],
]);

/** A provider's name as the price book writes it. */
export function providerSpelling(provider: string): string {
  return PROVIDERS.get(provider) ?? provider;
}

interface LongForm {
  readonly providers: RegExp;
  readonly form: RegExp;
  readonly short: (match: RegExpExecArray) => string;
}

/** Forms of a model's name that providers document as such, and what of them is the name. */
const LONG_FORMS: readonly LongForm[] = [
  // Amazon resource names of models and of AWS's own inference profiles; those of users say nothing.
  {
    providers: /^aws\.bedrock$/,
    form: /^arn:aws[a-z-]*:bedrock:[a-z0-9-]*:[0-9]*:(?:foundation-model|inference-profile)\/([^/]+)$/,
    short: ([, id = ""]) => id,
  },
  // Google's resource names.
  {
    providers: /^gcp\./,
    form: /^(?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/[^/]+\/)?models\/([^/]+)$/,
    short: ([, id = ""]) => id,
  },
  // Fine-tuned models cost what their base model costs fine-tuned.
  {
    providers: /^openai$/,
    form: /^ft:([^:]+):.*$/,
    short: ([, base = ""]) => `ft:${base}`,
  },
  {
    providers: /^(?:openai|azure\.ai\.openai)$/,
    form: /^([a-z0-9.-]+)\.ft-[0-9a-z-]+$/,
    short: ([, base = ""]) => `ft:${base}`,
  },
];

/** The name inside a documented longer form of it, or undefined. Nothing is matched by similarity. */
export function shortForm(provider: string, model: string): string | undefined {
  for (const { providers, form, short } of LONG_FORMS) {
    const match = providers.test(provider) ? form.exec(model) : null;
    if (match !== null) return short(match);
  }
  return undefined;
}
