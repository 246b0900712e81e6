import type { Api } from "./response.ts";

/** Which API a request goes to. */
export interface Endpoint {
  readonly api: Api;
  /** As in OpenTelemetry's `gen_ai.provider.name`. */
  readonly provider: string;
  /** As in OpenTelemetry's `gen_ai.operation.name`. */
  readonly operation: string;
  /** The model, where the path names it. Azure's deployments are names of the user's and no models. */
  readonly model?: string;
  /** The region, where the host or path names it. */
  readonly region?: string;
}

type Shape = readonly [ending: RegExp, operation: string, api: Api];

/** The endpoints of OpenAI's API and Anthropic's messages, which many hosts have in common. */
const SHAPES: readonly Shape[] = [
  [/\/chat\/completions$/, "chat", "openai.chat"],
  [/\/completions$/, "text_completion", "openai.chat"],
  [/\/responses$/, "chat", "openai.responses"],
  [/\/embeddings$/, "embeddings", "openai.embeddings"],
  [/\/images\/(?:generations|edits|variations)$/, "generate_content", "openai.images"],
  [/\/audio\/(?:transcriptions|translations)$/, "generate_content", "openai.transcription"],
  [/\/audio\/speech$/, "generate_content", "openai.speech"],
  [/\/realtime$/, "chat", "openai.realtime"],
  [/\/v\d+\/messages$/, "chat", "anthropic.messages"],
];

/** At an unknown host `/polls/7/responses` is nobody's model call: the API's version comes before the endpoint. */
const UNMISTAKABLE = /\/chat\/completions$|\/v\d+\/(?:[a-z]+\/)?[a-z]+$/;

interface Host {
  readonly host: RegExp;
  readonly provider: string;
  /** Endpoints of this host's own, before the shared ones. */
  readonly own?: readonly Shape[];
  /** What the shared endpoints are called here. */
  readonly as?: ReadonlyMap<Api, Api>;
}

const routed = (api: Api): ReadonlyMap<Api, Api> =>
  new Map(
    (["openai.chat", "openai.responses", "openai.embeddings", "anthropic.messages"] as const).map(
      (shared) => [shared, api],
    ),
  );

const HOSTS: readonly Host[] = [
  { host: /^(?:[a-z]{2}\.)?api\.openai\.com$/, provider: "openai" },
  { host: /^api\.anthropic\.com$/, provider: "anthropic" },
  { host: /\.openai\.azure\.(?:com|us)$|\.cognitiveservices\.azure\.com$/, provider: "azure.ai.openai" },
  { host: /\.services\.ai\.azure\.com$/, provider: "azure.ai.inference" },
  {
    host: /^openrouter\.ai$/,
    provider: "openrouter",
    as: routed("openrouter.chat"),
  },
  {
    host: /^ai-gateway\.vercel\.sh$/,
    provider: "vercel",
    own: [[/\/ai\/language-model$/, "chat", "vercel.gateway"]],
    as: routed("vercel.gateway"),
  },
  {
    host: /^api\.groq\.com$/,
    provider: "groq",
    as: new Map([
      ["openai.chat", "groq.chat"],
      ["openai.transcription", "groq.transcription"],
    ]),
  },
  {
    host: /^(?:[a-z0-9-]+\.)?api\.x\.ai$/,
    provider: "x_ai",
    as: new Map([
      ["openai.chat", "xai.chat"],
      ["openai.responses", "xai.responses"],
    ]),
  },
  { host: /^api\.deepseek\.com$/, provider: "deepseek", as: new Map([["openai.chat", "deepseek.chat"]]) },
  {
    host: /^(?:api|codestral)\.mistral\.ai$/,
    provider: "mistral_ai",
    own: [
      [/\/ocr$/, "generate_content", "mistral.ocr"],
      [/\/conversations(?:\/[^/]+)?$/, "chat", "mistral.chat"],
    ],
    as: new Map([
      ["openai.chat", "mistral.chat"],
      ["openai.embeddings", "mistral.chat"],
      ["openai.transcription", "mistral.chat"],
    ]),
  },
  {
    host: /^api\.cohere\.(?:com|ai)$/,
    provider: "cohere",
    own: [
      [/\/v\d\/chat$/, "chat", "cohere"],
      [/\/v\d\/embed$/, "embeddings", "cohere"],
      [/\/v\d\/(?:rerank|classify)$/, "generate_content", "cohere"],
    ],
  },
  {
    host: /^api\.voyageai\.com$/,
    provider: "voyage",
    own: [
      [/\/(?:multimodal|contextualized)?embeddings$/, "embeddings", "voyage"],
      [/\/rerank$/, "generate_content", "voyage"],
    ],
  },
];

/**
 * Which API a request goes to, from its URL alone; undefined for what is no model call. Batches are no
 * calls: a batch job is asked for its state as often as one likes.
 *
 * At a host that is not known (a proxy, a local stand-in) the path decides, and the provider is the one whose
 * shape it has.
 */
export function apiOf(url: URL | string): Endpoint | undefined {
  const at = parsed(url);
  if (at === undefined) return undefined;
  const path = at.pathname.replace(/\/+$/, "");
  return google(at.hostname, path) ?? bedrock(at.hostname, path) ?? shared(at.hostname, path);
}

function parsed(url: URL | string): URL | undefined {
  return typeof url === "string" ? (URL.parse(url) ?? undefined) : url;
}

function shared(hostname: string, path: string): Endpoint | undefined {
  const host = HOSTS.find((candidate) => candidate.host.test(hostname));
  const shape = [...(host?.own ?? []), ...SHAPES].find(([ending]) => ending.test(path));
  if (shape === undefined || (host === undefined && !UNMISTAKABLE.test(path))) return undefined;
  const [, operation, common] = shape;
  const api = host?.as?.get(common) ?? common;
  const region = /^([a-z]{2})\.api\.openai\.com$/.exec(hostname)?.[1];
  return {
    api,
    provider: host === undefined ? shapeProvider(common) : azureProvider(host.provider, path),
    operation,
    ...(region === undefined ? {} : { region }),
  };
}

function shapeProvider(api: Api): string {
  return api === "anthropic.messages" ? "anthropic" : "openai";
}

/** Foundry serves OpenAI's models beside others. */
function azureProvider(provider: string, path: string): string {
  return provider === "azure.ai.inference" && path.startsWith("/openai/") ? "azure.ai.openai" : provider;
}

const GOOGLE_METHOD = /\/(?:models|tunedModels)\/([^/:]+):([A-Za-z]+)$/;

/** Gemini's API and Vertex AI, by host, or by the method in the path at any host. */
function google(hostname: string, path: string): Endpoint | undefined {
  const vertex = hostname.endsWith("aiplatform.googleapis.com") || path.includes("/publishers/");
  const known = vertex || hostname === "generativelanguage.googleapis.com";
  const provider = vertex ? "gcp.vertex_ai" : "gcp.gemini";
  const region = /\/locations\/([a-z0-9-]+)\//.exec(path)?.[1];
  const [, model = "", method = ""] = GOOGLE_METHOD.exec(path) ?? [];
  const rest = { model: decoded(model), ...(region === undefined ? {} : { region }) };
  if (/^(?:stream)?[gG]enerateContent$/.test(method)) {
    return { api: "gemini.generate_content", provider, operation: "generate_content", ...rest };
  }
  if (/^(?:batch)?[eE]mbedContents?$/.test(method)) {
    return { api: "gemini.generate_content", provider, operation: "embeddings", ...rest };
  }
  if (/^(?:streamR|r)awPredict$/.test(method)) {
    const api = path.includes("/publishers/anthropic/") ? "anthropic.messages" : "mistral.chat";
    return { api, provider, operation: "chat", ...rest };
  }
  const shape = known ? SHAPES.find(([ending]) => ending.test(path)) : undefined;
  if (shape === undefined) return undefined;
  return { api: shape[2], provider, operation: shape[1], ...(region === undefined ? {} : { region }) };
}

const BEDROCK_HOST =
  /^bedrock-(?:runtime(?:-fips)?|mantle)\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;
const BEDROCK_PATH = /^\/model\/([^/]+)\/(converse|converse-stream|invoke|invoke-with-response-stream)$/;

/** Bedrock; Converse's path is unmistakable at any host, InvokeModel's is not. */
function bedrock(hostname: string, path: string): Endpoint | undefined {
  const region = BEDROCK_HOST.exec(hostname)?.[1];
  const place = region === undefined ? {} : { region };
  const [, model = "", action = ""] = BEDROCK_PATH.exec(path) ?? [];
  const provider = "aws.bedrock";
  if (action.startsWith("converse")) {
    return { api: "bedrock.converse", provider, operation: "chat", model: decoded(model), ...place };
  }
  if (region === undefined) return undefined;
  if (action !== "") {
    return { api: "bedrock.invoke", provider, operation: "chat", model: decoded(model), ...place };
  }
  const shape = SHAPES.find(([ending]) => ending.test(path));
  return shape === undefined ? undefined : { api: shape[2], provider, operation: shape[1], ...place };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
