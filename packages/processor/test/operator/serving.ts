import type { AddressInfo } from "node:net";
import type { Booking, Ledger } from "@keeptabs/ledger";
import express from "express";
import { pino } from "pino";
import { Access, RateLimiter, Refusals } from "../../src/access/index.ts";
import { type OperatorView, operatorRoutes } from "../../src/operator/index.ts";
import { seeded } from "./seed.ts";

/** An operator's server over a ledger of its own. */
export interface Serving {
  readonly base: string;
  readonly view: OperatorView;
  /** For what is booked later than the calls. */
  readonly ledger: Ledger;
  readonly append: (bookings: readonly Booking[], now: bigint) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** No tokens and no limits. */
const OPEN = {
  access: new Access([]),
  rates: new RateLimiter(undefined),
  refusals: new Refusals("operator", pino({ level: "silent" })),
};

/** Serves a ledger with these calls on a free port, under a path if one is given. */
export async function serving(
  bookings: readonly Booking[],
  change: Partial<OperatorView> = {},
  path = "",
): Promise<Serving> {
  const { view, ledger, close } = await seeded(bookings, change);
  const app = express();
  app.use(path === "" ? "/" : path, operatorRoutes(view, OPEN));
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    view,
    ledger,
    append: async (more, now) => void (await ledger.append(more, now)),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await close();
    },
  };
}

/** A body as JSON of which a test knows the shape. */
// biome-ignore lint/suspicious/noExplicitAny: the tests name what they expect
export async function json(url: string): Promise<any> {
  const response = await fetch(url);
  return {
    status: response.status,
    contentType: response.headers.get("content-type"),
    ...((await response.json()) as object),
  };
}

/** A page as a browser asks for it. */
export async function page(
  url: string,
): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }> {
  const response = await fetch(url, { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } });
  return { status: response.status, text: await response.text(), headers: response.headers };
}
