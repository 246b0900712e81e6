import type { TextFormat } from "./text-format.ts";

export const CONTENT_TYPES: Readonly<Record<TextFormat, string>> = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** The text format that an Accept header prefers; OpenMetrics only where version 1.0.0 of it is named. */
export function preferredFormat(accept: string): TextFormat {
  let openmetrics = 0;
  let prometheus = 0;
  for (const range of accept.split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const parameter = (name: string): string | undefined =>
      parameters.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    const quality = Number(parameter("q") ?? 1);
    if (type === "application/openmetrics-text" && parameter("version") === "1.0.0") {
      openmetrics = Math.max(openmetrics, quality);
    } else if (type === "text/plain" || type === "text/*") {
      prometheus = Math.max(prometheus, quality);
    }
  }
  return openmetrics > 0 && openmetrics >= prometheus ? "openmetrics" : "prometheus";
}
