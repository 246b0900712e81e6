import type { z } from "zod";
import { type Parameters, readParameters, type Values } from "../parameters.ts";
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

interface Definition<P extends Parameters, S extends z.ZodType>
  extends Pick<GuardedRoute, "method" | "path" | "audience"> {
  readonly summary: string;
  readonly description: string;
  readonly pathParts?: Readonly<Record<string, PathPart>>;
  readonly parameters: P;
  readonly answers: S;
  readonly mayMiss?: boolean;
  readonly answer: (question: {
    readonly view: OperatorView;
    readonly asked: Values<P>;
    readonly path: Readonly<Record<string, string>>;
  }) => z.output<S> | Promise<z.output<S>>;
}

/** Makes a route whose answer the compiler holds to its documented shape. */
export function apiRoute<P extends Parameters, S extends z.ZodType>(definition: Definition<P, S>): ApiRoute {
  const { method, path, audience, summary, description, parameters, answers, answer } = definition;
  return {
    method,
    path,
    audience,
    documentation: {
      summary,
      description,
      path: definition.pathParts ?? {},
      parameters,
      answers,
      mayMiss: definition.mayMiss ?? false,
    },
    handle: async ({ request, response, view }) => {
      const asked = readParameters(request.url, parameters);
      const body = await answer({ view, asked, path: request.params as Record<string, string> });
      response.type("application/json").send(JSON.stringify(body));
    },
  };
}
