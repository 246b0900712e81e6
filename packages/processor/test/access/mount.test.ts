import type { AddressInfo } from "node:net";
import express from "express";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { Access, hashOfToken, mintToken, RateLimiter, Refusals, type Token } from "../../src/access/index.ts";
import { mount } from "../../src/operator/mount.ts";
import type { Route } from "../../src/operator/route.ts";
import { seeded } from "../operator/seed.ts";
import { basic, bearer } from "./tokens.ts";

const [ADMIN, READER] = [mintToken(), mintToken()];
const TOKENS: readonly Token[] = [
  { name: "ops", role: "admin", sha256: hashOfToken(ADMIN) },
  { name: "grafana", role: "read", customer: undefined, sha256: hashOfToken(READER) },
];

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Serves a table of its own. */
async function served(routes: readonly Route[], tokens = TOKENS) {
  const { view, close } = await seeded([]);
  const faults: unknown[] = [];
  const app = express();
  app.use(
    mount(
      routes,
      { ...view, onFault: (fault) => faults.push(fault) },
      {
        access: new Access(tokens),
        rates: new RateLimiter(undefined),
        refusals: new Refusals("operator", pino({ level: "silent" })),
      },
    ),
  );
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = (method: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/api/v1/things/7`, { method, headers });
  return { ask, faults };
}

const done: string[] = [];
const WRITE: Route = {
  method: "post",
  path: "/api/v1/things/:id",
  audience: "admins",
  handle: ({ request, response, visitor }) => {
    done.push(`${visitor.name} did ${request.params["id"]}`);
    response.status(204).end();
  },
};

describe("a route that changes something", () => {
  it("is for admins who show their token on purpose", async () => {
    const { ask } = await served([WRITE]);
    const statuses = [];
    for (const headers of [{}, bearer("kt_x"), bearer(READER), basic(READER), basic(ADMIN)]) {
      statuses.push((await ask("POST", headers)).status);
    }
    expect(statuses).toEqual([401, 401, 403, 403, 403]);
    expect(done).toEqual([]);
    expect((await ask("POST", bearer(ADMIN))).status).toBe(204);
    expect(done).toEqual(["ops did 7"]);
    const read = await ask("GET", bearer(ADMIN));
    expect([read.status, read.headers.get("allow")]).toEqual([405, "POST"]);
  });

  it("is closed where there are no tokens: an open port can be read, not written to", async () => {
    const { ask } = await served([WRITE], []);
    const refused = await ask("POST");
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining("role admin")]);
  });
});

describe("a route that breaks off in the middle of its answer", () => {
  it("cuts the connection, so that half an answer is not taken for a whole one", async () => {
    const { ask, faults } = await served([
      {
        method: "get",
        path: "/api/v1/things/:id",
        audience: "readers",
        handle: async ({ response }) => {
          response.write("half");
          throw new Error("of ours");
        },
      },
    ]);
    await expect(ask("GET", bearer(READER)).then((response) => response.text())).rejects.toThrow();
    expect(faults).toEqual([new Error("of ours")]);
  });
});
