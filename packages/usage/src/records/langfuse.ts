import { ATTR_KEEPTABS_USAGE } from "../attributes.ts";
import { AttributeReader } from "../dialects/attribute-reader.ts";
import { LANGFUSE } from "../dialects/langfuse.ts";
import { isJsonObject, type JsonObject } from "../dialects/value.ts";
import { type Span, STATUS_CODE_ERROR } from "../span.ts";
import type { Usage } from "../usage.ts";
import { usageToAttributes } from "../usage-attributes.ts";
import { nameByChoice } from "./named-field.ts";
import {
  RecordAttributes,
  type RecordOptions,
  RecordProblem,
  type RecordReading,
  spanIdOf,
  traceIdOf,
} from "./record.ts";
import { RecordFields } from "./record-fields.ts";

/**
 * An observation or a trace of Langfuse's, from its API, the export of its user interface, or its export to blob
 * storage, which writes snake_case.
 *
 * A generation becomes a call, whose usage is read as Langfuse's own spans are. Everything else becomes a span above
 * calls, which may name who they were for: a trace is the span above its outermost observations.
 */
export function readLangfuseRecord(record: JsonObject, options: RecordOptions): RecordReading {
  const fields = new RecordFields(record);
  const inner = fields.items("observations").filter(isJsonObject);
  const outer = isObservation(fields) ? observationSpan(fields, options) : traceSpan(fields, options);
  const spans = inner.map((observation) => observationSpan(new RecordFields(observation), options));
  return { kind: "spans", spans: [outer, ...spans], source: undefined };
}

function isObservation(fields: RecordFields): boolean {
  return fields.has("traceId", "trace_id");
}

function observationSpan(fields: RecordFields, options: RecordOptions): Span {
  const id = fields.requiredText("id");
  const trace = fields.requiredText("traceId", "trace_id");
  const startedAt = fields.instant("startTime", "start_time");
  if (startedAt === undefined) throw new RecordProblem("startTime", "is missing");
  const endedAt = fields.instant("endTime", "end_time", "completionStartTime", "completion_start_time");
  const parent = fields.text("parentObservationId", "parent_observation_id");
  const attributes = new RecordAttributes();
  const metadata = fields.object("metadata") ?? {};
  attributes.setAll("langfuse.observation.metadata.", metadata);
  // The export of the user interface's table of generations has no type: they all are.
  const type = fields.text("type")?.toLowerCase() ?? "generation";
  attributes.set("langfuse.observation.type", type);
  const named = setNames(attributes, fields, metadata, options);
  const span: Span = {
    traceId: traceIdOf(trace, `langfuse trace ${trace}`, options),
    spanId: spanIdOf(id, `langfuse ${id}`, options),
    parentSpanId:
      parent === undefined ? traceSpanId(trace, options) : spanIdOf(parent, `langfuse ${parent}`, options),
    name: fields.text("name") ?? type,
    kind: 1,
    startTimeUnixNano: startedAt,
    endTimeUnixNano: endedAt ?? startedAt,
    statusCode: fields.text("level") === "ERROR" ? STATUS_CODE_ERROR : 0,
    attributes: named,
    scope: { name: "langfuse", version: "" },
    resource: new Map(),
  };
  return type === "generation" || type === "embedding" ? callSpan(span, fields) : span;
}

/** The observation as a call: usage by Langfuse's dialect, and its cost as what a gateway would claim. */
function callSpan(span: Span, fields: RecordFields): Span {
  const attributes = new RecordAttributes();
  attributes.set("langfuse.observation.type", span.attributes.get("langfuse.observation.type"));
  const model = fields.text("model", "providedModelName", "provided_model_name");
  attributes.set("langfuse.observation.model.name", model);
  const usage = usageDetails(fields);
  if (usage !== undefined) attributes.set("langfuse.observation.usage_details", JSON.stringify(usage));
  const cost = costDetails(fields);
  if (cost !== undefined) attributes.set("langfuse.observation.cost_details", JSON.stringify(cost));
  const call = LANGFUSE.read({ ...span, attributes: attributes.all }, new AttributeReader(attributes.all));
  if (call === "none") return span;
  const claimed: Usage = {
    ...call.usage,
    claims: call.usage.claims.map((claim) => ({ ...claim, source: "gateway" })),
  };
  const written = usageToAttributes(claimed);
  if (written[ATTR_KEEPTABS_USAGE] === undefined)
    throw new RecordProblem("usageDetails", "has too many keys");
  const all = new Map([
    ...span.attributes,
    ...Object.entries(written),
    ["gen_ai.operation.name", call.operation] as const,
  ]);
  all.delete("langfuse.observation.type");
  if (call.requestModel !== undefined) all.set("gen_ai.request.model", call.requestModel);
  return { ...span, attributes: all };
}

/** Names of the counts in earlier versions, and in the tables of the user interface. */
const COUNTS = {
  input: ["inputUsage", "promptTokens", "inputTokens", "input_tokens"],
  output: ["outputUsage", "completionTokens", "outputTokens", "output_tokens"],
  total: ["totalUsage", "totalTokens", "total_tokens"],
} as const;

/** `usageDetails`, or what earlier versions and the tables of the user interface have in its place. */
function usageDetails(fields: RecordFields): JsonObject | undefined {
  const details = fields.object("usageDetails", "usage_details");
  if (details !== undefined && Object.keys(details).length > 0) return counted("usageDetails", details);
  const usage = fields.object("usage");
  const of = usage === undefined ? fields : new RecordFields(usage);
  // Among the observation's own fields, `input` and `output` are what was said.
  const count = (name: "input" | "output" | "total"): number | undefined =>
    of.count(...(usage === undefined ? [] : [name]), ...COUNTS[name]);
  const [input, output, total] = [count("input"), count("output"), count("total")];
  // Zeros are what stands where nothing was counted.
  if ((input ?? 0) + (output ?? 0) + (total ?? 0) === 0) return undefined;
  const unit = usage === undefined ? undefined : of.text("unit");
  if (unit !== undefined && unit !== "TOKENS") {
    return { [unit.toLowerCase()]: total ?? (input ?? 0) + (output ?? 0) };
  }
  return {
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(total === undefined ? {} : { total }),
  };
}

/** The details as they are, once every one of them is known to be a count: a part that is left out is money lost. */
function counted(name: string, details: JsonObject): JsonObject {
  const fields = new RecordFields(details);
  for (const [key, value] of Object.entries(details)) {
    if (isJsonObject(value)) continue;
    try {
      fields.count(key);
    } catch (error) {
      if (error instanceof RecordProblem) throw new RecordProblem(`${name}.${key}`, error.message);
      throw error;
    }
  }
  return details;
}

function costDetails(fields: RecordFields): JsonObject | undefined {
  const details = fields.object("costDetails", "cost_details");
  if (details !== undefined && Object.keys(details).length > 0) return details;
  const total = fields.amount("calculatedTotalCost", "totalCost", "total_cost", "calculated_total_cost");
  return total === undefined ? undefined : { total };
}

/** A span that is no call, in the trace's place: it names whom all calls below were for. */
function traceSpan(fields: RecordFields, options: RecordOptions): Span {
  const id = fields.requiredText("id");
  const at = fields.instant("timestamp", "startTime", "start_time");
  if (at === undefined) throw new RecordProblem("timestamp", "is missing");
  const attributes = new RecordAttributes();
  attributes.set("langfuse.observation.type", "span");
  attributes.set("langfuse.trace.name", fields.text("name"));
  const metadata = fields.object("metadata") ?? {};
  attributes.setAll("langfuse.trace.metadata.", metadata);
  return {
    traceId: traceIdOf(id, `langfuse trace ${id}`, options),
    spanId: traceSpanId(id, options),
    parentSpanId: undefined,
    name: fields.text("name") ?? "trace",
    kind: 1,
    startTimeUnixNano: at,
    endTimeUnixNano: at,
    statusCode: 0,
    attributes: setNames(attributes, fields, metadata, options),
    scope: { name: "langfuse", version: "" },
    resource: new Map(),
  };
}

function traceSpanId(trace: string, options: RecordOptions): string {
  return spanIdOf(undefined, `langfuse trace ${trace}`, options);
}

/** Adds whom the record names; what remains are the attributes of the span. */
function setNames(
  attributes: RecordAttributes,
  fields: RecordFields,
  metadata: JsonObject,
  options: RecordOptions,
): Span["attributes"] {
  const user = fields.text("userId", "user_id");
  const traceName = fields.text("traceName", "trace_name");
  const tags = fields.texts("traceTags", "trace_tags", "tags");
  const session = fields.text("sessionId", "session_id");
  const environment = fields.text("environment");
  const chosen = new RecordAttributes();
  const names = {
    fields: { userId: user, sessionId: session, traceName, environment },
    metadata,
    tags,
  };
  const others = nameByChoice(chosen, names, options);
  if (!others) {
    chosen.set("langfuse.observation.type", attributes.all.get("langfuse.observation.type"));
    return chosen.all;
  }
  for (const [name, value] of chosen.all) attributes.set(name, value);
  attributes.set("langfuse.user.id", user);
  attributes.set("langfuse.trace.name", traceName);
  if (tags.length > 0) attributes.set("langfuse.trace.tags", tags);
  return attributes.all;
}
