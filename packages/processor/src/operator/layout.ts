import { createHash } from "node:crypto";
import { CHART_LIBRARY, CHART_SCRIPT, CHART_STYLE, STYLE } from "./assets.ts";
import { EMPTY, type Html, html, trusted } from "./html.ts";
import type { Links } from "./links.ts";
import { STYLESHEET } from "./stylesheet.ts";

/** A page's frame is filled with this. */
export interface Page {
  readonly title: string;
  /** Beside the product's name. */
  readonly header?: Html;
  readonly main: Html;
  /** True when there is a chart, for which scripts are loaded. */
  readonly chart?: boolean;
  readonly footer?: Html;
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230b6b4b'/%3E%3Cpath d='M4 4v8M7 4v8M10 4v8M2.5 10.5l11-5' stroke='%23fff' stroke-width='1.4' stroke-linecap='round'/%3E%3C/svg%3E";

/** Nothing but our own files and the icon; no script or style within a page, no frame, no form to elsewhere. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** A whole document. With links it refers to the stylesheet, without them it carries it and stands alone. */
export function documentOf({ title, header, main, footer, chart }: Page, links: Links | undefined): string {
  const style =
    links === undefined
      ? html`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${trusted(STYLE_HASH)}'; img-src data:; base-uri 'none'">
<style>${trusted(STYLESHEET)}</style>`
      : html`<link rel="stylesheet" href="${links.asset(STYLE.name)}">${chart === true ? chartFiles(links) : EMPTY}`;
  const brand = html`${MARK}<span>Keeptabs</span>`;
  return `<!doctype html>\n${html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${style}
<link rel="icon" href="${trusted(ICON)}">
</head>
<body>
<a class="skip" href="#main">Skip to the figures</a>
<header class="top"><div class="bar">
${links === undefined ? html`<span class="brand">${brand}</span>` : html`<a class="brand" href="${links.report({})}">${brand}</a>`}
${header ?? EMPTY}
</div></header>
<main id="main" tabindex="-1">
${main}
</main>
<footer>${footer ?? EMPTY}<p>Made by Keeptabs from its ledger.</p></footer>
</body>
</html>`}\n`;
}

/** Loaded in this order and run when the page is there. Without them the page says the same. */
function chartFiles(links: Links): Html {
  return html`
<link rel="stylesheet" href="${links.asset(CHART_STYLE.name)}">
<script defer src="${links.asset(CHART_LIBRARY.name)}"></script>
<script type="module" src="${links.asset(CHART_SCRIPT.name)}"></script>`;
}

/** Four strokes and the one across: tabs are kept. */
const MARK = trusted(
  '<svg class="mark" viewBox="0 0 24 24" aria-hidden="true"><path d="M5 4v16M10 4v16M15 4v16M20 4v16M2 17 23 7"/></svg>',
);

const STYLE_HASH = `sha256-${createHash("sha256").update(STYLESHEET).digest("base64")}`;
