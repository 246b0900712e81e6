import { isJsonObject, type JsonObject } from "../dialects/value.ts";
import { SPAN_KIND_CLIENT, type Span, STATUS_CODE_ERROR } from "../span.ts";
import { nameByChoice, type RecordNames } from "./named-field.ts";
import {
  RecordAttributes,
  type RecordOptions,
  RecordProblem,
  type RecordReading,
  spanIdOf,
  traceIdOf,
} from "./record.ts";
import { RecordFields } from "./record-fields.ts";

/** Beginnings of LiteLLM's call types, which have an `a` in front when they are asynchronous, and their operations. */
const OPERATIONS: readonly (readonly [RegExp, string])[] = [
  [/^a?completion$/, "chat"],
  [/^a?text_completion$/, "text_completion"],
  [/^a?embedding$/, "embeddings"],
  [/^_?a?responses$/, "responses"],
  [/^anthropic_messages$/, "messages"],
  [/^a?generate_content/, "generate_content"],
  [/^_?a?realtime$/, "realtime"],
  [/^a?image_(?:generation|edit|variation)$/, "image_generation"],
  [/^a?transcription$/, "transcription"],
  [/^a?speech$/, "speech"],
  [/^a?rerank$/, "rerank"],
  [/^a?moderation$/, "moderation"],
  [/^a?ocr$/, "ocr"],
];

/** LiteLLM writes this for whoever uses the master key. */
const NO_USER = "default_user_id";

/**
 * A row of LiteLLM's table of spend logs, from its API, its database or a CSV file of it, as the span that LiteLLM
 * itself would have made: its dialect knows what its counts include. What LiteLLM computed as spend is its claim.
 */
export function readLitellmRecord(record: JsonObject, options: RecordOptions): RecordReading {
  const row = new RecordFields(record);
  const id = row.requiredText("request_id");
  const startedAt = row.instant("startTime", "start_time");
  const endedAt = row.instant("endTime", "end_time") ?? startedAt;
  if (endedAt === undefined) throw new RecordProblem("endTime", "is missing");
  const call = callOf(row);
  if (call === undefined) return { kind: "no_call" };
  const attributes = new RecordAttributes();
  setCall(attributes, row, call);
  const metadata = row.object("metadata") ?? {};
  setUsage(attributes, row, metadata);
  const failed = setEnding(attributes, row, metadata);
  setNames(attributes, row, metadata, options);
  // A failed request's id is LiteLLM's own; that of an answer is the answer's, by which other spans of it are known.
  if (!failed) attributes.set("gen_ai.response.id", id);
  const span: Span = {
    traceId: traceIdOf(undefined, `litellm ${id}`, options),
    spanId: spanIdOf(undefined, `litellm ${id}`, options),
    parentSpanId: undefined,
    name: call.name,
    kind: SPAN_KIND_CLIENT,
    startTimeUnixNano: startedAt ?? endedAt,
    endTimeUnixNano: endedAt,
    statusCode: failed ? STATUS_CODE_ERROR : 0,
    attributes: attributes.all,
    scope: { name: "litellm", version: "" },
    resource: new Map(),
  };
  return { kind: "spans", spans: [span], source: undefined };
}

interface LitellmCall {
  readonly name: string;
  /** Undefined for a type that is not known: what has tokens or costs something is a call all the same. */
  readonly operation: string | undefined;
}

function callOf(row: RecordFields): LitellmCall | undefined {
  const type = row.text("call_type") ?? "completion";
  const operation = OPERATIONS.find(([pattern]) => pattern.test(type))?.[1];
  if (operation !== undefined) return { name: operation, operation };
  const tokens = row.count("total_tokens") ?? 0;
  const costs = /[1-9]/.test(row.amount("spend") ?? "0");
  return tokens > 0 || costs ? { name: type, operation: undefined } : undefined;
}

function setCall(attributes: RecordAttributes, row: RecordFields, { operation }: LitellmCall): void {
  const model = row.text("model");
  attributes.set("gen_ai.operation.name", operation);
  attributes.set("gen_ai.system", row.text("custom_llm_provider") ?? model?.match(/^([\w-]+)\/./)?.[1]);
  attributes.set("server.address", /^https?:\/\/([^/:?#]+)/.exec(row.text("api_base") ?? "")?.[1]);
  attributes.set("gen_ai.request.model", row.text("model_group") ?? model);
  attributes.set("gen_ai.response.model", model);
  attributes.set("gen_ai.cost.total_cost", row.amount("spend"));
}

function setUsage(attributes: RecordAttributes, row: RecordFields, metadata: JsonObject): void {
  const [prompt, completion, total] = [
    row.count("prompt_tokens"),
    row.count("completion_tokens"),
    row.count("total_tokens"),
  ];
  // Zeros are the columns' defaults: nothing was counted.
  if ((prompt ?? 0) + (completion ?? 0) + (total ?? 0) > 0) {
    attributes.set("gen_ai.usage.input_tokens", prompt);
    attributes.set("gen_ai.usage.output_tokens", completion);
    attributes.set("gen_ai.usage.total_tokens", total);
    const older = metadata["additional_usage_values"];
    if (isJsonObject(older)) {
      const fields = new RecordFields(older);
      attributes.set(
        "gen_ai.usage.cache_read.input_tokens",
        cachedIn(older) ?? fields.count("cache_read_input_tokens"),
      );
      attributes.set("gen_ai.usage.cache_creation.input_tokens", fields.count("cache_creation_input_tokens"));
      attributes.set("gen_ai.usage.reasoning_tokens", reasonedIn(older));
    }
  }
  const usage = metadata["usage_object"];
  const hidden = {
    ...(isJsonObject(usage) ? { usage_object: usage } : {}),
    ...(row.flag("cache_hit") ? { cache_hit: true } : {}),
  };
  attributes.set("hidden_params", JSON.stringify(hidden));
}

function cachedIn(usage: JsonObject): number | undefined {
  return new RecordFields(usage).has("prompt_tokens_details")
    ? new RecordFields(new RecordFields(usage).object("prompt_tokens_details") ?? {}).count("cached_tokens")
    : undefined;
}

function reasonedIn(usage: JsonObject): number | undefined {
  return new RecordFields(usage).has("completion_tokens_details")
    ? new RecordFields(new RecordFields(usage).object("completion_tokens_details") ?? {}).count(
        "reasoning_tokens",
      )
    : undefined;
}

/** Sets how the call ended; true when it failed. */
function setEnding(attributes: RecordAttributes, row: RecordFields, metadata: JsonObject): boolean {
  const status = row.text("status") ?? metadata["status"];
  if (status !== "failure") return false;
  const error = metadata["error_information"];
  const fields = new RecordFields(isJsonObject(error) ? error : {});
  const code = fields.text("error_code");
  if (code !== undefined && /^[1-5]\d\d$/.test(code))
    attributes.set("http.response.status_code", Number(code));
  attributes.set("error.type", fields.text("error_class"));
  return true;
}

function setNames(
  attributes: RecordAttributes,
  row: RecordFields,
  metadata: JsonObject,
  options: RecordOptions,
): void {
  const user = row.text("user");
  const given = metadata["spend_logs_metadata"];
  const fields = {
    end_user: row.text("end_user"),
    user: user === NO_USER ? undefined : user,
    team_id: row.text("team_id"),
    organization_id: row.text("organization_id"),
    api_key: options.customerField === "api_key" ? hashedKey(row) : undefined,
    key_alias: new RecordFields(metadata).text("user_api_key_alias"),
  };
  const names: RecordNames = {
    fields,
    metadata: isJsonObject(given) ? given : {},
    tags: row.texts("request_tags"),
  };
  if (!nameByChoice(attributes, names, options)) return;
  attributes.set("metadata.user_api_key_end_user_id", fields.end_user);
  attributes.set("metadata.user_api_key_team_id", fields.team_id);
  attributes.set("llm.user", fields.user);
  if (names.tags.length > 0) attributes.set("metadata.tags", names.tags);
  attributes.set("metadata", JSON.stringify(names.metadata));
}

/** A key must never get into the ledger; its hash may. */
function hashedKey(row: RecordFields): string | undefined {
  const key = row.text("api_key");
  if (key?.startsWith("sk-") === true) throw new RecordProblem("api_key", "holds a key, not its hash");
  return key;
}
