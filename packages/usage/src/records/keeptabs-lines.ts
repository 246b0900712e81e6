import {
  ATTR_KEEPTABS_CUSTOMER_ID,
  ATTR_KEEPTABS_FEATURE,
  ATTR_KEEPTABS_OUTCOME,
  ATTR_KEEPTABS_USAGE,
} from "../attributes.ts";
import { countOf, isJsonObject, type JsonObject } from "../dialects/value.ts";
import { readIdentity, UNATTRIBUTED } from "../identity.ts";
import { SPAN_KIND_CLIENT, type Span } from "../span.ts";
import { missingUsage, type Usage, type UsageQuality, usageOf } from "../usage.ts";
import { usageFromAttributes, usageToJson } from "../usage-attributes.ts";
import { isHexId, RecordAttributes, RecordProblem, type RecordReading } from "./record.ts";
import { RecordFields } from "./record-fields.ts";

/**
 * The scope of every call that is read back. They were told apart when they were first booked, and all of them counted;
 * under one scope none is taken for another's second description now.
 */
const SCOPE = "keeptabs.export";

const OUTCOMES: readonly string[] = ["ok", "error", "aborted"];
const QUALITIES: readonly string[] = ["reported", "partial", "estimated", "missing"];

/** A line of our own JSON Lines, as `keeptabs export` writes it; also a call as the API shows it. */
export function readKeeptabsRecord(record: JsonObject): RecordReading {
  const line = new RecordFields(record, { exact: true });
  const endedAt = line.instant("occurred_at");
  if (endedAt === undefined) throw new RecordProblem("occurred_at", "is missing");
  const outcome = oneOf(line.text("outcome") ?? "ok", OUTCOMES, "outcome");
  const usage = usageOfLine(line);
  const attributes = new RecordAttributes();
  attributes.set("gen_ai.operation.name", line.text("operation"));
  attributes.set("gen_ai.provider.name", line.text("provider"));
  const models = line.has("request_model", "response_model") ? ["request_model"] : ["model"];
  attributes.set("gen_ai.request.model", line.text(...models));
  attributes.set("gen_ai.response.model", line.text("response_model"));
  attributes.set("gen_ai.response.id", line.text("response_id"));
  // An answer that failed although it had come to its end is known in full.
  if (outcome === "error" && !usage.lowerBound) attributes.set("gen_ai.response.finish_reasons", ["error"]);
  attributes.set(ATTR_KEEPTABS_OUTCOME, outcome);
  attributes.set(ATTR_KEEPTABS_CUSTOMER_ID, identity(line, "customer"));
  attributes.set(ATTR_KEEPTABS_FEATURE, identity(line, "feature"));
  const json = usageToJson(usage);
  attributes.set(ATTR_KEEPTABS_USAGE, json);
  if (usageFromAttributes(attributes.all) === undefined)
    throw new RecordProblem("usage", `is too long: ${json.length} characters`);
  const span: Span = {
    traceId: hexId(line, "trace_id", 32),
    spanId: hexId(line, "span_id", 16),
    parentSpanId: undefined,
    name: line.text("operation") ?? "call",
    kind: SPAN_KIND_CLIENT,
    startTimeUnixNano: line.instant("started_at") ?? endedAt,
    endTimeUnixNano: endedAt,
    statusCode: 0,
    attributes: attributes.all,
    scope: { name: SCOPE, version: "" },
    resource: new Map(),
  };
  return { kind: "spans", spans: [span], source: line.text("source") };
}

/** The usage in full where the line has it, otherwise what the other fields say of it. */
function usageOfLine(line: RecordFields): Usage {
  const whole = line.object("usage");
  if (whole !== undefined) {
    const read = usageFromAttributes(new Map([[ATTR_KEEPTABS_USAGE, JSON.stringify(whole)]]));
    if (read === undefined) throw new RecordProblem("usage", "is none that Keeptabs wrote");
    return read;
  }
  const quantities = line.items("quantities").map((item, i): readonly [string, number] => {
    const at = `quantities[${i}]`;
    const unit = isJsonObject(item) ? item["unit"] : undefined;
    const quantity = isJsonObject(item) ? countOf(item["quantity"]) : undefined;
    if (typeof unit !== "string" || !/^[\w.-]{1,64}$/.test(unit))
      throw new RecordProblem(`${at}.unit`, "must be a unit such as input");
    if (quantity === undefined) throw new RecordProblem(`${at}.quantity`, "must be a whole number from 0 on");
    return [unit, quantity];
  });
  const stated = line.text("usage_quality") ?? (quantities.length === 0 ? "missing" : "reported");
  const quality = oneOf(stated, QUALITIES, "usage_quality") as UsageQuality;
  const rest = { claims: claimOf(line), lowerBound: line.flag("lower_bound") };
  return quality === "missing" ? missingUsage(rest) : usageOf(quantities, { ...rest, quality });
}

/** What a provider charged or a gateway claimed stays what it is; what we computed is computed anew. */
function claimOf(line: RecordFields): Usage["claims"] {
  const source = line.text("cost_source");
  if (source !== "provider" && source !== "gateway") return [];
  const amount = line.amount("list_cost_usd", "cost_usd");
  return amount === undefined ? [] : [{ amount, source, field: "list_cost_usd" }];
}

function identity(line: RecordFields, field: "customer" | "feature"): string | undefined {
  const text = line.text(field);
  if (text === undefined || text === UNATTRIBUTED) return undefined;
  const read = readIdentity(text);
  if (read.kind === "refused") {
    throw new RecordProblem(field, `can't be an id: ${read.problem.replaceAll("_", " ")}`);
  }
  return read.id;
}

function hexId(line: RecordFields, field: string, digits: number): string {
  const id = line.requiredText(field);
  if (!isHexId(id, digits)) throw new RecordProblem(field, `must be ${digits} hex digits, not all zero`);
  return id.toLowerCase();
}

function oneOf(text: string, values: readonly string[], field: string): string {
  if (!values.includes(text)) throw new RecordProblem(field, `must be one of ${values.join(", ")}`);
  return text;
}
