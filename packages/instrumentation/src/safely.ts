import { diag } from "@opentelemetry/api";

const reported = new Set<string>();

/**
 * Runs a part of ours that must not disturb the application: whatever it throws ends here, and the result is
 * undefined. The first failure of each part is reported to OpenTelemetry's `diag`.
 */
export function safely<T>(part: string, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    reportOnce(part, `${part} failed with ${nameOf(error)}`, "error");
    return undefined;
  }
}

/** Writes to `diag` the first time that it is asked to for a key. Never throws, whatever the logger does. */
export function reportOnce(key: string, message: string, level: "warn" | "error"): void {
  if (reported.has(key)) return;
  reported.add(key);
  try {
    diag[level](`@keeptabs/instrumentation: ${message}`);
  } catch {
    // A logger that throws is no reason to fail a request.
  }
}

/** What kind of error it is. Its message is left out on purpose: parsers quote what they could not read. */
export function nameOf(error: unknown): string {
  try {
    const name = (error as { readonly name?: unknown } | null)?.name;
    return typeof name === "string" && /^\w{1,64}$/.test(name) ? name : "_OTHER";
  } catch {
    return "_OTHER";
  }
}
