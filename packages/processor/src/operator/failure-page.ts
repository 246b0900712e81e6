import { type Html, html } from "./html.ts";
import { documentOf } from "./layout.ts";
import type { Links } from "./links.ts";
import type { Problem } from "./problem.ts";

/** The page that stands in place of one that can't be shown. */
export function failurePage(problem: Problem, links: Links): string {
  const main = html`<div class="title"><h1>${problem.title}</h1></div>
<p class="lead">${problem.errors.length === 0 ? problem.message : "The address asks for something that can't be shown."}</p>
${problem.errors.length === 0 ? "" : fields(problem)}
<p><a href="${links.report({})}">To the current month</a></p>`;
  return documentOf({ title: `${problem.title} · Keeptabs`, main }, links);
}

function fields({ errors }: Problem): Html {
  return html`<dl class="facts">${errors.map(({ field, detail }) => html`<div><dt><code>${field}</code></dt><dd>${detail}</dd></div>`)}</dl>`;
}
