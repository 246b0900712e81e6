import { NotDone, WrongUse } from "./terminal.ts";

/** Options of commands that can have a running processor do what they are asked for. */
export interface ProcessorOptions {
  readonly processor?: string;
  readonly token?: string;
}

/**
 * Asks a running processor for a change, with the token that was given or that KEEPTABS_TOKEN holds, and returns its
 * answer. Throws WrongUse for an address that is none; rejects with NotDone.
 */
export async function askProcessor(
  {
    processor,
    token = process.env["KEEPTABS_TOKEN"],
  }: { readonly processor: string; readonly token?: string },
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const url = addressOf(processor, path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      redirect: "error",
    });
    text = await response.text();
  } catch (error) {
    const { cause, message } = error as Error;
    const why = cause instanceof Error ? cause.message || message : message;
    throw new NotDone(`${processor} does not answer: ${why}`);
  }
  const body = objectIn(text);
  if (response.ok && body !== undefined) return body;
  const told = typeof body?.["detail"] === "string" ? body["detail"] : undefined;
  const detail = told === undefined ? "" : `: ${told}`;
  // Whoever answers without saying why, or knows nothing of the path, is not the one that was meant.
  const isAnother = told === undefined || told.startsWith("there is nothing at ");
  const remedy =
    response.status === 401 || response.status === 403
      ? "; give a token of role admin in KEEPTABS_TOKEN"
      : isAnother
        ? "; --processor is the address of metrics and reports, such as http://127.0.0.1:9464"
        : "";
  throw new NotDone(`${processor} answered ${response.status}${detail}${remedy}`);
}

function addressOf(processor: string, path: string): URL {
  const base = URL.canParse(processor) ? new URL(processor) : undefined;
  if (base === undefined || (base.protocol !== "http:" && base.protocol !== "https:"))
    throw new WrongUse(`--processor: "${processor}" is no address such as http://127.0.0.1:9464`);
  return new URL(base.href.replace(/\/?$/, path));
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
