import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";

/** Whether pages can be looked at here. A missing browser is said in one line, or is a failure where it is required. */
export function hasChromium(): boolean {
  if (existsSync(CHROMIUM)) return true;
  const required = (process.env["KEEPTABS_REQUIRE"] ?? "").split(",").map((name) => name.trim());
  if (required.includes("chromium"))
    throw new Error(`KEEPTABS_REQUIRE asks for chromium, but there is no ${CHROMIUM}`);
  process.stderr.write(
    `skipped: the pages in a browser, because there is no ${CHROMIUM} (Debian package chromium)\n`,
  );
  return false;
}

/** A browser of its own; to be closed. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, chromiumSandbox: false });
}
