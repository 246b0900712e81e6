import { EMPTY, type Html, html } from "./html.ts";
import type { Links } from "./links.ts";

/** What the pages' one navigation leads to. The report page holds all but the features' own page. */
const PLACES = [
  ["customers", "Customers"],
  ["features", "Features"],
  ["models", "Models"],
  ["quality", "Data quality"],
] as const;

/** Where a page stands: on the report page sections are near, elsewhere they are on another page. */
export type Here = "report" | "features" | "other";

/** Leads to the parts of a month, from every page. Without links only within the page. */
export function siteNavigation(here: Here, month: string, links: Links | undefined): Html {
  const href = (place: (typeof PLACES)[number][0]): string => {
    if (links === undefined) return `#${place}`;
    if (place === "features") return links.features({ month });
    return here === "report" ? `#${place}` : `${links.report({ month })}#${place}`;
  };
  const current = (place: string): Html => (place === here ? html` aria-current="page"` : EMPTY);
  return html`<nav aria-label="Keeptabs">${PLACES.map(([place, title]) => html`<a href="${href(place)}"${current(place)}>${title}</a>`)}</nav>`;
}
