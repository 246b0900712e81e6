import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Tokens } from "./authentication.ts";

/** Where the app finds the world. */
export interface Surroundings {
  readonly openaiBaseUrl: string;
  readonly anthropicBaseUrl: string;
  /** Spans go to `/v1/traces` below it. */
  readonly otlpEndpoint: string;
  readonly tokens: Tokens;
}

/** The app in a process of its own. */
export interface RunningApp {
  readonly url: string;
  /** Posts JSON to a route and returns its answer. */
  post(route: string, body: object, token?: string): Promise<Response>;
  /** Sends SIGTERM and returns the exit code, 0 after the last spans have been sent. */
  stop(): Promise<number | null>;
}

/** Starts the app and waits until it listens; rejects when it ends before that. */
export async function startSampleApp(surroundings: Surroundings): Promise<RunningApp> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("main.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      PORT: "0",
      OPENAI_API_KEY: "sk-sample",
      OPENAI_BASE_URL: surroundings.openaiBaseUrl,
      ANTHROPIC_API_KEY: "sk-ant-sample",
      ANTHROPIC_BASE_URL: surroundings.anthropicBaseUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: surroundings.otlpEndpoint,
      CUSTOMER_TOKENS: JSON.stringify(Object.fromEntries(surroundings.tokens)),
    },
  });
  const ended = once(child, "exit");
  const url = await Promise.race([listening(child), ended.then(refuse)]);
  return {
    url,
    post: (route, body, token) =>
      fetch(new URL(route, url), {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
      }),
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = await ended;
      return code;
    },
  };
}

async function listening(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new TypeError("the app's output must be piped");
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^listening on (\S+)$/.exec(line)?.[1];
    if (url !== undefined) {
      child.stdout.resume();
      return url;
    }
  }
  return refuse();
}

function refuse(): never {
  throw new Error("the sample app ended before it listened");
}
