import { EMPTY, type Html, html } from "./html.ts";
import type { Links } from "./links.ts";

/** Where a page stands: its own sections are near, others are on another page. */
export type Here = "report" | "customer" | "features" | "calls" | "other";

/** What the pages' one navigation leads to. */
interface Place {
  readonly title: string;
  readonly href: string;
  readonly page?: Here;
}

/** Leads to the parts of a month, from every page. Without links only within the page. */
export function siteNavigation(here: Here, month: string, links: Links | undefined): Html {
  return html`<nav aria-label="Keeptabs">${placesOf(here, month, links).map(
    ({ title, href, page }) =>
      html`<a href="${href}"${page === here ? html` aria-current="page"` : EMPTY}>${title}</a>`,
  )}</nav>`;
}

function placesOf(here: Here, month: string, links: Links | undefined): readonly Place[] {
  const features: Place = {
    title: "Features",
    href: links?.features({ month }) ?? "#features",
    page: "features",
  };
  const calls: readonly Place[] =
    links === undefined ? [] : [{ title: "Calls", href: links.calls({ month }), page: "calls" }];
  if (links?.onlyCustomer !== undefined) {
    const own = links.customer(links.onlyCustomer, month);
    return [
      { title: "Overview", href: own, page: "customer" },
      features,
      { title: "Models", href: here === "customer" ? "#models" : `${own}#models` },
      ...calls,
    ];
  }
  const report = links === undefined || here === "report" ? "" : links.report({ month });
  return [
    { title: "Customers", href: `${report}#customers` },
    features,
    { title: "Models", href: `${report}#models` },
    ...calls,
    { title: "Data quality", href: `${report}#quality` },
  ];
}
