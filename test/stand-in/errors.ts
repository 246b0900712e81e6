import type { ErrorAnswer, Provider } from "./answer.ts";
import type { ServerSentEvent } from "./reply.ts";

interface OpenaiError {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
}

const OPENAI: ReadonlyMap<number, OpenaiError> = new Map([
  [400, { message: "invalid model ID", type: "invalid_request_error", code: null }],
  [
    401,
    {
      message: "Incorrect API key provided. You can find your API key in your account settings.",
      type: "invalid_request_error",
      code: "invalid_api_key",
    },
  ],
  [
    404,
    {
      message: "The model does not exist or you do not have access to it.",
      type: "invalid_request_error",
      code: "model_not_found",
    },
  ],
  [429, { message: "Rate limit reached for requests.", type: "requests", code: "rate_limit_exceeded" }],
  [
    500,
    {
      message: "The server had an error while processing your request. Sorry about that!",
      type: "server_error",
      code: null,
    },
  ],
  [
    503,
    {
      message: "That model is currently overloaded with other requests.",
      type: "server_error",
      code: "overloaded",
    },
  ],
]);

const ANTHROPIC: ReadonlyMap<number, readonly [type: string, message: string]> = new Map([
  [400, ["invalid_request_error", "model: invalid value"]],
  [401, ["authentication_error", "invalid x-api-key"]],
  [403, ["permission_error", "Your API key does not have permission to use the specified resource."]],
  [404, ["not_found_error", "model: not found"]],
  [413, ["request_too_large", "Request exceeds the maximum size"]],
  [429, ["rate_limit_error", "This request would exceed your organization's rate limit."]],
  [500, ["api_error", "Internal server error"]],
  [529, ["overloaded_error", "Overloaded"]],
]);

/** The body of an error answer in the provider's own form. */
export function errorBody(provider: Provider, error: ErrorAnswer, requestId: string): object {
  if (provider === "anthropic") {
    const [type, message] = ANTHROPIC.get(error.status) ?? ["api_error", `status ${error.status}`];
    return {
      type: "error",
      error: { type: error.type ?? type, message: error.message ?? message },
      request_id: requestId,
    };
  }
  const known = OPENAI.get(error.status);
  return {
    error: {
      message: error.message ?? known?.message ?? `status ${error.status}`,
      type: error.type ?? known?.type ?? "server_error",
      param: null,
      code: error.code ?? known?.code ?? null,
    },
  };
}

/** The event with which the provider gives up in the middle of a stream; the status was 200 and stays so. */
export function errorEvent(provider: Provider, path: string, requestId: string): ServerSentEvent {
  if (provider === "anthropic") {
    return { event: "error", data: errorBody(provider, { status: 529 }, requestId) };
  }
  const data = errorBody(provider, { status: 500 }, requestId);
  return path === "/v1/responses" ? { event: "error", data } : { data };
}
