import { NO_FEATURE } from "@keeptabs/ledger";
import { OTHER, UNATTRIBUTED } from "@keeptabs/usage";
import { type Html, html } from "./html.ts";

/** A name from outside. `bdi` keeps text that runs from right to left from turning what stands beside it. */
export function named(name: string): Html {
  return html`<bdi>${name}</bdi>`;
}

/** What a customer is called where nothing but the id is known. */
export function customerName(id: string, name: string): Html {
  if (id === UNATTRIBUTED) return html`<i>Unattributed</i>`;
  if (id === OTHER) return html`<i>Other customers</i>`;
  return named(name);
}

/** The feature, or that none was named. */
export function featureName(feature: string): Html {
  return feature === NO_FEATURE ? html`<i>no feature named</i>` : named(feature);
}

/** The model, or that none was named. */
export function modelName(model: string | undefined): Html {
  return model === undefined || model === "" ? html`<i>no model named</i>` : named(model);
}

/** The provider, or that none was named. */
export function providerName(provider: string): Html {
  return provider === "" ? html`<i>no provider named</i>` : named(provider);
}
