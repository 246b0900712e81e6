import { type Html, html } from "./html.ts";
import type { Links } from "./links.ts";
import { customerName, featureName, modelName, providerName } from "./names.ts";
import type { UsageRow } from "./usage-figures.ts";

/** A feature that leads to its page. */
export function featureCell(feature: string, month: string, links: Links | undefined): Html {
  return links === undefined
    ? html`<span class="name">${featureName(feature)}</span>`
    : html`<a class="name" href="${links.feature(feature, month)}">${featureName(feature)}</a>`;
}

/** A model with who sells it; the row's keys are provider and model. */
export function modelCell({ key }: UsageRow): Html {
  return html`<span class="name">${modelName(key[1])}</span><span class="note">${providerName(key[0] ?? "")}</span>`;
}

/** A customer that leads to its page. */
export function customerCell(id: string, name: string, month: string, links: Links): Html {
  return html`<a class="name" href="${links.customer(id, month)}">${customerName(id, name)}</a>`;
}
