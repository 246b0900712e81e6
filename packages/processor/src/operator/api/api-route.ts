import type { z } from "zod";
import type { Administration } from "../../administration.ts";
import { type Parameters, readParameters, type Values } from "../parameters.ts";
import { Problem } from "../problem.ts";
import type { GuardedRoute } from "../route.ts";
import type { OperatorView } from "../view.ts";

/** A variable part of a path. */
export interface PathPart {
  readonly description: string;
  /** JSON Schema. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** What the OpenAPI document says of a route. */
export interface Documentation {
  readonly summary: string;
  readonly description: string;
  readonly path: Readonly<Record<string, PathPart>>;
  readonly parameters: Parameters;
  readonly answers: z.ZodType;
  /** True when what is asked for may not be there. */
  readonly mayMiss: boolean;
}

/** A route of the HTTP API; it answers JSON of a documented shape. */
export interface ApiRoute extends GuardedRoute {
  readonly documentation: Documentation;
}

interface Definition<P extends Parameters, S extends z.ZodType, Q> extends Pick<GuardedRoute, "path"> {
  readonly summary: string;
  readonly description: string;
  readonly pathParts?: Readonly<Record<string, PathPart>>;
  readonly parameters: P;
  readonly answers: S;
  readonly mayMiss?: boolean;
  readonly answer: (question: Question<P> & Q) => z.output<S> | Promise<z.output<S>>;
}

/** What an answer is made from. */
interface Question<P extends Parameters> {
  readonly view: OperatorView;
  readonly asked: Values<P>;
  readonly path: Readonly<Record<string, string>>;
}

/** Makes a route that reads; the compiler holds its answer to its documented shape. */
export function apiRoute<P extends Parameters, S extends z.ZodType>(
  definition: Definition<P, S, object> & Pick<GuardedRoute, "method" | "audience">,
): ApiRoute {
  const { method, path, audience, parameters, answer } = definition;
  return {
    method,
    path,
    audience,
    documentation: documentationOf(definition),
    handle: async ({ request, response, view }) => {
      const asked = readParameters(request.url, parameters);
      const body = await answer({ view, asked, path: request.params as Record<string, string> });
      response.type("application/json").send(JSON.stringify(body));
    },
  };
}

/** What an admin's request is answered from besides. */
interface ByAdmin {
  readonly administration: Administration;
  /** Who asks, for the log. */
  readonly by: string;
}

/** Makes a route by which an admin changes something. */
export function adminRoute<P extends Parameters, S extends z.ZodType>(
  definition: Definition<P, S, ByAdmin>,
): ApiRoute {
  const { path, parameters, answer } = definition;
  return {
    method: "post",
    path,
    audience: "admins",
    documentation: documentationOf(definition),
    handle: async ({ request, response, view, visitor, administration }) => {
      const asked = readParameters(request.url, parameters);
      if (administration === undefined) throw new Problem(403, "nothing can be changed here");
      const where = { view, asked, path: request.params as Record<string, string> };
      const body = await answer({ ...where, administration, by: visitor.name });
      response.setHeader("Cache-Control", "no-store");
      response.type("application/json").send(JSON.stringify(body));
    },
  };
}

function documentationOf({
  summary,
  description,
  pathParts = {},
  parameters,
  answers,
  mayMiss = false,
}: Omit<Definition<Parameters, z.ZodType, object>, "answer">): Documentation {
  return { summary, description, path: pathParts, parameters, answers, mayMiss };
}
