import { defaultPriceBook } from "@keeptabs/pricing";
import { observedFetch } from "./observed-fetch.ts";
import { reportOnce, safely } from "./safely.ts";
import type { RegisterOptions, Settings } from "./settings.ts";

/** What `register` did, to be undone. */
export interface Registration {
  /** Takes the hook out. Clients that have caught hold of it pass through it untouched from then on. */
  unregister(): void;
}

interface Installation {
  settings: Settings;
  readonly registration: Registration;
}

/** On the target, so that two copies of this package in one process do not hook it twice. */
const INSTALLED = Symbol.for("@keeptabs/instrumentation.fetch");

/**
 * Makes a span of each call of a model that goes through `fetch`, from now on. Call it before provider clients are
 * made: several keep the `fetch` that they find. Never throws.
 *
 * Registering again changes nothing but the options, where some are given.
 */
export function register(options: RegisterOptions = {}): Registration {
  const { target = globalThis, ...settings } = options;
  return safely("register", () => installed(target, settings)) ?? { unregister: () => undefined };
}

function installed(
  target: { fetch: typeof fetch; [INSTALLED]?: Installation },
  settings: Settings,
): Registration {
  const present = target[INSTALLED];
  if (present !== undefined) {
    if (Object.keys(settings).length > 0) present.settings = settings;
    return present.registration;
  }
  // Compiled now and not while the first answer waits for it.
  if (settings.priceBook === undefined) safely("the price book", defaultPriceBook);
  const original = target.fetch;
  if (typeof original !== "function") {
    reportOnce("no fetch", "there is no fetch to observe, so no spans are made", "warn");
    return { unregister: () => undefined };
  }
  const hook = observedFetch(original, () =>
    target[INSTALLED] === installation ? installation.settings : undefined,
  );
  const installation: Installation = {
    settings,
    registration: {
      unregister() {
        if (target[INSTALLED] !== installation) return;
        delete target[INSTALLED];
        // Whoever wrapped ours in the meantime keeps working: ours is then a mere passage.
        if (target.fetch === hook) target.fetch = original;
      },
    },
  };
  Object.defineProperty(target, INSTALLED, { value: installation, configurable: true });
  target.fetch = hook;
  return installation.registration;
}
