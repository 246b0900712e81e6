import { z } from "zod";
import type { ApiRoute, PathPart } from "./api-route.ts";

type Json = Readonly<Record<string, unknown>>;

const PROBLEM: Json = {
  type: "object",
  description: "RFC 9457 problem details.",
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    errors: {
      type: "array",
      description: "What is wrong with each field.",
      items: {
        type: "object",
        properties: { field: { type: "string" }, detail: { type: "string" } },
        required: ["field", "detail"],
        additionalProperties: false,
      },
    },
  },
  required: ["type", "title", "status", "detail"],
  additionalProperties: false,
};

const PROBLEMS: Readonly<Record<string, string>> = {
  400: "A parameter is unknown, given twice or wrong; each is named.",
  401: "A token is needed.",
  403: "The token is one for something else.",
  404: "There is no such thing, or it is another customer's.",
  429: "More requests than the configuration allows; Retry-After says when to come again.",
  503: "The ledger can't be read now; Retry-After says when to come again.",
};

const AUDIENCES: Readonly<Record<ApiRoute["audience"], string>> = {
  readers:
    "A token of role read or admin, where there are such tokens; one with a customer shows that customer only.",
  unscoped_readers: "A token of role read or admin without a customer, where there are such tokens.",
  admins: "A token of role admin, as Authorization: Bearer.",
};

/** The OpenAPI 3.1 document of routes, made from the table that they are mounted by. */
export function openApiDocument(routes: readonly ApiRoute[]): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Keeptabs",
      version: "1",
      description:
        "What every customer of an AI product costs to serve. Money is a decimal string of USD, exact; times are RFC 3339 in UTC. " +
        "Answers carry a weak ETag that changes with their content: ask again with If-None-Match.",
    },
    security: [{ bearer: [] }, { basic: [] }, {}],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        basic: { type: "http", scheme: "basic", description: "Any user, the token as the password." },
      },
      schemas: { Problem: PROBLEM },
    },
  };
}

function operationOf({ method, path, audience, documentation }: ApiRoute): Json {
  const { summary, description, parameters, answers, mayMiss } = documentation;
  const problems = Object.entries(PROBLEMS).filter(([status]) => status !== "404" || mayMiss);
  return {
    operationId: `${method}_${path.split("/").slice(3).join("_").replaceAll(":", "")}`,
    summary,
    description: `${description} ${AUDIENCES[audience]}`,
    ...(audience === "admins" ? { security: [{ bearer: [] }] } : {}),
    parameters: [
      ...Object.entries(documentation.path).map(([name, part]) => pathParameter(name, part)),
      ...Object.entries(parameters).map(
        ([name, { description: about, schema, example, required = false }]) => ({
          name,
          in: "query",
          description: about,
          required,
          ...(schema["type"] === "array" ? { style: "form", explode: false } : {}),
          schema,
          example: exampleOf(schema, example),
        }),
      ),
    ],
    responses: {
      200: {
        description: summary,
        ...(method === "get"
          ? { headers: { ETag: { description: "Weak.", schema: { type: "string" } } } }
          : {}),
        content: { "application/json": { schema: schemaOf(answers) } },
      },
      ...(method === "get" ? { 304: { description: "What If-None-Match names is still true." } } : {}),
      ...Object.fromEntries(
        problems.map(([status, about]) => [
          status,
          {
            description: about,
            content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
          },
        ]),
      ),
    },
  };
}

/** An example in the type of its schema, from the text that stands in an address. */
function exampleOf(schema: Json, text: string): unknown {
  if (schema["type"] === "array") return text.split(",");
  if (schema["type"] === "boolean") return text === "true";
  return schema["type"] === "integer" ? Number(text) : text;
}

function pathParameter(name: string, { description, schema }: PathPart): Json {
  return { name, in: "path", required: true, description, schema };
}

function schemaOf(answers: z.ZodType): Json {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(answers);
  return schema;
}
