import { spawnSync } from "node:child_process";

/**
 * Whether `command` can be started here. Without it a suite says so in one line and is skipped, unless the
 * environment variable KEEPTABS_REQUIRE (comma-separated) names the server: then this throws.
 */
export function serverOrSkip(name: string, command: string): boolean {
  if (spawnSync(command, ["--version"], { stdio: "ignore" }).error === undefined) return true;
  const required = (process.env["KEEPTABS_REQUIRE"] ?? "").split(",").map((word) => word.trim());
  if (required.includes(name)) {
    throw new Error(`KEEPTABS_REQUIRE names ${name}, but ${command} cannot be started here`);
  }
  process.stderr.write(`Skipped: ${name} is not installed here (${command} cannot be started).\n`);
  return false;
}
