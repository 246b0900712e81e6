/** What one call of a model is called. */
export interface Operation {
  /** As in OpenTelemetry's `gen_ai.operation.name`, where it has one. */
  readonly name: string;
  /** True when tokens come out: everything but embeddings and the like. */
  readonly generates: boolean;
  /** True when what comes out are images. */
  readonly images: boolean;
}

const of = (name: string, generates: boolean, images = false): Operation => ({ name, generates, images });
export const CHAT: Operation = of("chat", true);
export const EMBEDDINGS: Operation = of("embeddings", false);
const TEXT = of("text_completion", true);
const CONTENT = of("generate_content", true);
const IMAGES = of("generate_content", true, true);
const RERANK = of("rerank", false);

/** The calls by the names that instrumentations give them. */
const CALLS: ReadonlyMap<string, Operation> = new Map([
  ["chat", CHAT],
  ["chat.completions", CHAT],
  ["chat_completion", CHAT],
  ["acompletion", CHAT],
  ["message", CHAT],
  ["messages", CHAT],
  ["response", CHAT],
  ["responses", CHAT],
  ["aresponses", CHAT],
  ["converse", CHAT],
  ["realtime", CHAT],
  ["text_completion", TEXT],
  ["text.completions", TEXT],
  ["completion", TEXT],
  ["completions", TEXT],
  ["generate_content", CONTENT],
  ["generate", CONTENT],
  ["image", IMAGES],
  ["images", IMAGES],
  ["image_generation", IMAGES],
  ["audio", CONTENT],
  ["speech", CONTENT],
  ["text_to_speech", CONTENT],
  ["speech_to_text", CONTENT],
  ["transcription", CONTENT],
  ["ocr", CONTENT],
  ["moderation", of("moderation", false)],
  ["embeddings", EMBEDDINGS],
  ["embedding", EMBEDDINGS],
  ["aembedding", EMBEDDINGS],
  ["embed", EMBEDDINGS],
  ["rerank", RERANK],
]);

/** Operations that contain calls, stand beside them, or only fetch what an earlier call produced. */
const NO_CALLS =
  /^(?:create_agent|invoke_workflow|execute_\w+|agent_step|plan|retrieval|fetch_response|framework|workflow|task|agent|tool|chain|orchestrate_\w+|\w*memory\w*|litellm\..+)$/;

/** The call that an operation's name stands for; undefined for one that is none, or is not known. */
export function operationOf(name: string): Operation | undefined {
  return CALLS.get(name.toLowerCase());
}

/** True for an operation that is known to be no call of a model. */
export function isNoCall(name: string): boolean {
  return NO_CALLS.test(name.toLowerCase());
}

/** A call whose operation has a name that nobody knows: it is kept. */
export function unknownOperation(name: string): Operation {
  return of(name, true);
}
