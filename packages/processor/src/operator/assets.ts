import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { STYLESHEET } from "./stylesheet.ts";

/** A file that pages load. Its name changes with its content, so that it can be cached for ever. */
export interface Asset {
  readonly name: string;
  readonly type: "text/css" | "text/javascript";
  readonly body: string;
}

const require = createRequire(import.meta.url);

/** How the pages look. */
export const STYLE: Asset = asset("report", "text/css", STYLESHEET);

/** uPlot, which draws the charts where scripts run, with its own stylesheet. */
export const CHART_STYLE: Asset = asset(
  "chart",
  "text/css",
  read(require.resolve("uplot/dist/uPlot.min.css")),
);
export const CHART_LIBRARY: Asset = asset(
  "uplot",
  "text/javascript",
  read(require.resolve("uplot/dist/uPlot.iife.min.js")),
);

/** Our own script: it makes the charts answer to pointer and keys. */
export const CHART_SCRIPT: Asset = asset(
  "charts",
  "text/javascript",
  read(new URL("./browser/charts.js", import.meta.url)),
);

export const ASSETS: readonly Asset[] = [STYLE, CHART_STYLE, CHART_LIBRARY, CHART_SCRIPT];

function read(file: string | URL): string {
  return readFileSync(file, "utf8");
}

function asset(stem: string, type: Asset["type"], body: string): Asset {
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 12);
  return { name: `${stem}-${hash}.${type === "text/css" ? "css" : "js"}`, type, body };
}
