import { customerOf } from "@keeptabs/billing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operatorTable } from "../../src/operator/index.ts";
import { bookingOf, NOW } from "./seed.ts";
import { type Serving, serving } from "./serving.ts";

const SPAN = { traceId: "d".repeat(32), spanId: "1".repeat(16), scope: "langchain" };

/** Every report and page, filled in. */
const PATHS: Readonly<Record<string, string>> = {
  "/": "/",
  "/customers/:id": "/customers/acme",
  "/features": "/features",
  "/features/:name": "/features/assistant",
  "/calls": "/calls?order=dearest",
  "/calls/:trace/:span": `/calls/${SPAN.traceId}/${SPAN.spanId}`,
  "/api/v1/costs": "/api/v1/costs?group_by=customer,day",
  "/api/v1/margins": "/api/v1/margins",
  "/api/v1/customers": "/api/v1/customers",
  "/api/v1/calls": "/api/v1/calls",
  "/api/v1/late-bookings": "/api/v1/late-bookings?booked_after=2026-10-20",
  "/api/v1/calls/:trace/:span": `/api/v1/calls/${SPAN.traceId}/${SPAN.spanId}`,
  "/api/v1/budgets/:customer": "/api/v1/budgets/acme",
};

let server: Serving;
let now = NOW;

beforeAll(async () => {
  const customers = new Map([["acme", customerOf({ id: "acme", budget: "10" })]]);
  server = await serving([bookingOf({ call: SPAN })], { customers, now: () => now });
});
afterAll(() => server.close());

/** As a browser asks again: fetch would otherwise forbid an answer from what is kept. */
const again = (path: string, etag: string): Promise<Response> =>
  fetch(server.base + path, { headers: { "if-none-match": etag, "cache-control": "max-age=0" } });

describe("what was read before", () => {
  it("is known of every report and page", () => {
    const fixed = /^\/(healthz|readyz|metrics|\w+-[0-9a-f]+\.(css|js)|api\/v1\/openapi\.json)$/;
    const table = operatorTable({ problem: () => undefined, metrics: () => {} });
    const paths = table
      .flatMap(({ method, path }) => (method === "get" ? [path] : []))
      .filter((path) => !fixed.test(path));
    expect(Object.keys(PATHS).sort()).toEqual(paths.sort());
  });

  it("is not sent again until something is booked that changes it, whatever the time", async () => {
    const etags = new Map<string, string>();
    for (const path of Object.values(PATHS)) {
      const first = await fetch(server.base + path);
      const etag = first.headers.get("etag") ?? "";
      expect([path, etag]).toEqual([path, expect.stringMatching(/^W\/"/)]);
      expect(first.headers.get("cache-control")).toBe("private, no-cache");
      expect(first.headers.get("vary")).toContain("Authorization");
      etags.set(path, etag);
    }
    now += 3 * 3_600_000 + 17_000;
    for (const [path, etag] of etags) {
      const same = await again(path, etag);
      expect([path, same.status, await same.text()]).toEqual([path, 304, ""]);
      expect((await again(path, '"other"')).status).toBe(200);
    }
    // A better description of the same call, and a customer who was not there before.
    const inner = { ...SPAN, spanId: "2".repeat(16), parentSpanId: SPAN.spanId, scope: "openai" };
    await server.append(
      [
        bookingOf({ call: inner, ancestors: [SPAN.spanId] }),
        bookingOf({ customer: "globex" }),
        bookingOf({ customer: "acme" }),
      ],
      BigInt(now) * 1_000_000n,
    );
    for (const [path, etag] of etags) {
      const changed = await again(path, etag);
      expect([path, changed.status, changed.headers.get("etag") === etag]).toEqual([path, 200, false]);
    }
  });
});
