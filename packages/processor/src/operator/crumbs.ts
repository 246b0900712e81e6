import { EMPTY, type Html, html } from "./html.ts";
import type { Links } from "./links.ts";

/** The way down to a page. It begins with all customers, for those who may see them. */
export function crumbs(month: string, links: Links, further: readonly Html[] = []): Html {
  const all = html`<a href="${links.report({ month })}">All customers</a>`;
  const way = links.onlyCustomer === undefined ? [all, ...further] : further;
  if (way.length === 0) return EMPTY;
  return html`<p class="crumbs">${way.map((step, i) => html`${i === 0 ? EMPTY : " / "}${step}`)}</p>`;
}
