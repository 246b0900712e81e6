import type { AddressInfo } from "node:net";
import type { Booking, Ledger } from "@keeptabs/ledger";
import { PriceSource, parseConfig } from "@keeptabs/processor";
import express from "express";
import { pino } from "pino";
import { Access, RateLimiter, Refusals, type Token } from "../../src/access/index.ts";
import { Administration } from "../../src/administration.ts";
import { CurrentMetrics } from "../../src/current-metrics.ts";
import { LedgerMetrics } from "../../src/metrics/ledger-metrics.ts";
import { type OperatorView, operatorRoutes } from "../../src/operator/index.ts";
import { SharedLedger } from "../../src/shared-ledger.ts";
import { type Seeded, seeded } from "./seed.ts";

/** An operator's server over a ledger of its own. */
export interface Serving {
  readonly base: string;
  readonly view: OperatorView;
  /** For what is booked later than the calls. */
  readonly ledger: Ledger;
  readonly append: (bookings: readonly Booking[], now: bigint) => Promise<void>;
  readonly close: () => Promise<void>;
}

const LOG = pino({ level: "silent" });

/** No limits; and open without tokens. */
function guardOf(tokens: readonly Token[]) {
  return {
    access: new Access(tokens),
    rates: new RateLimiter(undefined),
    refusals: new Refusals("operator", LOG),
  };
}

/** What an admin may change of a ledger, with metrics that nobody looks at. */
function administrationOf({ view, reader, ledger }: Seeded): Administration {
  const config = parseConfig("", "test.yaml");
  const customers = new Map(view.customers);
  const prices = PriceSource.open(config.prices);
  const { timeZone, now } = view;
  const options = {
    reader,
    customers,
    priceBook: () => prices.book,
    timeZone,
    seriesBudget: 1000,
    now,
    untaken: () => 0,
  };
  const metrics = new CurrentMetrics(() => new LedgerMetrics({ ...options, overflow: () => {} }));
  const shared = new SharedLedger(ledger);
  return new Administration({ config, customers, ledger: shared, reader, metrics, prices, now, log: LOG });
}

/** Serves a ledger with these calls on a free port, under a path if one is given; open to all without tokens. */
export async function serving(
  bookings: readonly Booking[],
  change: Partial<OperatorView> = {},
  path = "",
  tokens: readonly Token[] = [],
): Promise<Serving> {
  const ledgerWithCalls = await seeded(bookings, change);
  const { view, ledger, close } = ledgerWithCalls;
  const app = express();
  const administration = tokens.length === 0 ? undefined : administrationOf(ledgerWithCalls);
  const routes = operatorRoutes(view, guardOf(tokens), administration);
  app.use(path === "" ? "/" : path, routes);
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
