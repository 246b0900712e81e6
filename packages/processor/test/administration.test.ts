import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { verifyLedger } from "@keeptabs/ledger";
import { hashOfToken, mintToken } from "@keeptabs/processor";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { type Running, spanOf, startTestProcessor } from "./running.ts";

const ADMIN = mintToken();
const READER = mintToken();
const NAME = "Maria-Müller@example.com";
const YAML = `
tokens:
  - { name: ops, role: admin, sha256: "${hashOfToken(ADMIN)}" }
  - { name: grafana, role: read, sha256: "${hashOfToken(READER)}" }
`;

const running: Running[] = [];
afterEach(async () => {
  for (const processor of running.splice(0)) await processor.stop();
});

async function started(yaml = "", log?: Parameters<typeof startTestProcessor>[2]): Promise<Running> {
  const processor = await startTestProcessor(YAML + yaml, undefined, log);
  running.push(processor);
  return processor;
}

const ask = (processor: Running, path: string, token = ADMIN, method = "POST"): Promise<Response> =>
  fetch(processor.operatorUrl + path, { method, headers: { authorization: `Bearer ${token}` } });
const read = async (processor: Running, path: string): Promise<string> =>
  (await ask(processor, path, READER, "GET")).text();
// biome-ignore lint/suspicious/noExplicitAny: the test names what it expects
const json = async (response: Response | Promise<Response>): Promise<any> => (await response).json();
const forget = (processor: Running, customer: string): Promise<Response> =>
  ask(processor, `/api/v1/customers/${encodeURIComponent(customer)}/forget`);

/** The files of a ledger's folder that hold a text, in whatever way JSON and UTF-8 may write it. */
function holding(path: string, text: string): string[] {
  const folder = dirname(path);
  const forms = [text, text.normalize("NFD"), text.replace("ü", "\\u00fc"), text.replace("ü", "\\u00FC")];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .filter((name) => {
      const bytes = readFileSync(join(folder, name));
      return forms.some((form) => bytes.includes(form));
    });
}

/** Values of the samples of a family, summed by a label; a customer who is a pseudonym is `forgotten`. */
function sums(text: string, family: string, label: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [, labels = "", value = ""] of text.matchAll(new RegExp(`^${family}\\{(.*)\\} (\\S+)$`, "gm"))) {
    const name = new RegExp(`${label}="([^"]*)"`).exec(labels)?.[1] ?? "";
    const shown = name.replace(/^forgotten-[0-9a-f]{12}$/, "forgotten");
    found[shown] = (found[shown] ?? 0) + Number(value);
  }
  return found;
}

const CUSTOMERS = `
customers:
  - { id: "${NAME}", name: Maria, plan: pro, revenue: "10", budget: "5" }
  - { id: globex, revenue: "20" }
overrides:
  - { name: contract 7, from: "2026-01-01T00:00:00Z", customers: ["${NAME}"], models: [other], percent_off: "10" }
`;

describe("forgetting a customer", () => {
  it("leaves the identity in no file, page, metric or log, and every sum as it was", async () => {
    const lines: string[] = [];
    const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
    const processor = await started(CUSTOMERS, log);
    const mine = { "customer.id": NAME, "keeptabs.feature": "chat" };
    await processor.postSpans(spanOf(mine), spanOf(mine), spanOf({ "customer.id": "globex" }));
    // Kept aside: as it is, as JSON escapes it, as another way of writing the letter; and one of somebody else.
    for (const body of [
      `{"broken": "${NAME}"`,
      `{"broken": "${NAME.replace("ü", "\\u00fc")}"`,
      `{"broken": "${NAME.normalize("NFD")}"`,
      '{"broken": "globex"',
    ]) {
      expect((await processor.post(body)).status).toBe(400);
    }
    writeFileSync(`${processor.ledgerPath}.import-0123456789abcdef.json`, `{"file":"/imports/${NAME}.csv"}`);
    writeFileSync(`${processor.ledgerPath}.import-fedcba9876543210.json`, '{"file":"/imports/globex.csv"}');
    expect(holding(processor.ledgerPath, NAME).length).toBeGreaterThan(4);
    await read(processor, "/metrics");
    const before = await read(processor, "/metrics");
    expect(sums(before, "llm_cost_usd_total", "customer")).toEqual({ [NAME]: 0.007, globex: 0.0035 });
    const total = (await json(ask(processor, "/api/v1/costs", READER, "GET"))).total;

    const answer = await forget(processor, NAME);
    expect([answer.status, answer.headers.get("cache-control"), await answer.json()]).toEqual([
      200,
      "no-store",
      { in_ledger: true, files_removed: 4, named_in_configuration: ["customers", "overrides: contract 7"] },
    ]);

    const after = await read(processor, "/metrics");
    for (const family of ["llm_cost_usd_total", "llm_tokens_total", "llm_calls_total"]) {
      const { [NAME]: old, ...rest } = sums(before, family, "customer");
      expect([family, sums(after, family, "customer")]).toEqual([family, { ...rest, forgotten: old }]);
    }
    expect(sums(after, "llm_customer_cost_month_to_date_usd", "customer")).toEqual({
      forgotten: 0.007,
      globex: 0.0035,
    });
    expect(sums(after, "llm_customer_revenue_month_usd", "customer")).toEqual({ globex: 20 });
    expect((await json(ask(processor, "/api/v1/costs", READER, "GET"))).total).toEqual(total);
    const pages = ["/", "/features/chat", "/calls", "/api/v1/calls", "/api/v1/margins", "/api/v1/customers"];
    for (const text of [after, ...(await Promise.all(pages.map((path) => read(processor, path))))]) {
      expect(text).not.toContain(NAME);
      expect(text).not.toContain("Maria");
    }
    expect(await read(processor, "/")).toMatch(/forgotten-[0-9a-f]{12}/);
    expect((await ask(processor, `/customers/${encodeURIComponent(NAME)}`, READER, "GET")).status).toBe(404);
    expect(holding(processor.ledgerPath, NAME)).toEqual([]);
    expect(readdirSync(`${processor.ledgerPath}.quarantine`)).toHaveLength(1);
    expect(holding(processor.ledgerPath, "globex.csv")).toHaveLength(1);
    const told = lines.filter((line) => line.includes("forgotten"));
    expect(told.map((line) => JSON.parse(line))).toMatchObject([{ by: "ops", files: 4 }]);
    expect(lines.join("")).not.toContain(NAME);

    await processor.stop();
    expect(holding(processor.ledgerPath, NAME)).toEqual([]);
    expect(verifyLedger(processor.ledgerPath)).toMatchObject({ forgotten: 1, problems: [] });
  });

  it("counts each call once, whatever is booked meanwhile", async () => {
    const processor = await started();
    let posting = true;
    const posted: number[] = [];
    const senders = Array.from({ length: 4 }, async (_, sender) => {
      while (posting) {
        const spans = Array.from({ length: 5 }, () => spanOf({ "customer.id": `steady-${sender}` }));
        if ((await processor.postSpans(...spans)).status === 200) posted.push(5);
      }
    });
    for (let i = 0; i < 8; i += 1) {
      await processor.postSpans(spanOf({ "customer.id": `leaver-${i}` }));
      expect((await forget(processor, `leaver-${i}`)).status).toBe(200);
    }
    posting = false;
    await Promise.all(senders);
    const sent = posted.reduce((all, one) => all + one, 0);
    expect(sent).toBeGreaterThan(20);
    await read(processor, "/metrics");
    const counted = sums(await read(processor, "/metrics"), "llm_calls_total", "customer");
    expect(Object.keys(counted).sort()).toEqual([
      "forgotten",
      "steady-0",
      "steady-1",
      "steady-2",
      "steady-3",
    ]);
    const { forgotten, ...steady } = counted;
    expect(forgotten).toBe(8);
    expect(Object.values(steady).reduce((all, one) => all + one, 0)).toBe(sent);
    const { total } = await json(ask(processor, "/api/v1/costs", READER, "GET"));
    expect(total.calls).toBe(sent + 8);
  });

  it("is a 404 for one whom nobody knows, a 400 for what is no customer, and for admins only", async () => {
    const processor = await started();
    await processor.postSpans(spanOf({ "customer.id": "acme" }), spanOf());
    expect(await json(forget(processor, "nobody"))).toMatchObject({ status: 404 });
    expect(await json(forget(processor, "__unattributed__"))).toMatchObject({
      status: 400,
      errors: [{ field: "customer", detail: "can't be a customer's id: reserved" }],
    });
    expect((await ask(processor, "/api/v1/customers/acme/forget", READER)).status).toBe(403);
    expect((await ask(processor, "/api/v1/customers/acme/forget", ADMIN, "GET")).status).toBe(405);
    expect(
      processor
        .october()
        .map(([customer]) => customer)
        .sort(),
    ).toEqual(["__unattributed__", "acme"]);
    expect((await forget(processor, "acme")).status).toBe(200);
    expect((await forget(processor, "acme")).status).toBe(404);
    // An open port is read, never written to.
    const open = await startTestProcessor();
    running.push(open);
    await open.postSpans(spanOf({ "customer.id": "acme" }));
    expect((await forget(open, "acme")).status).toBe(403);
    expect(open.october()).toMatchObject([["acme", "", 1, "0.0035"]]);
  });

  it("starts anew with one who calls again, also by what was sent before", async () => {
    const processor = await started();
    const span = spanOf({ "customer.id": "acme" });
    await processor.postSpans(span);
    await forget(processor, "acme");
    expect((await processor.postSpans(span)).status).toBe(200);
    expect(processor.october()).toHaveLength(1);
    await processor.postSpans(spanOf({ "customer.id": "acme" }));
    expect(processor.october().map(([customer, , calls]) => [String(customer).slice(0, 9), calls])).toEqual(
      expect.arrayContaining([
        ["acme", 1],
        ["forgotten", 1],
      ]),
    );
  });
});

describe("charging anew", () => {
  const period = "from=2026-10-01&to=2026-11-01";
  /** gpt-4o cost half of the list price all along, as a contract says that is found only later. */
  const CONTRACT = `
overrides:
  - { name: contract 8, from: "2026-01-01T00:00:00Z", customers: [acme], percent_off: "50" }
`;

  it("shows first, then books the difference once; pages and gauges follow, counters do not", async () => {
    const path = (await started()).ledgerPath;
    const [first] = running.splice(0);
    await first?.postSpans(spanOf({ "customer.id": "acme" }), spanOf({ "customer.id": "globex" }));
    await first?.stop();
    const processor = await startTestProcessor(YAML + CONTRACT, path);
    running.push(processor);
    const row = {
      customer: "acme",
      price_before: expect.stringContaining("gpt-4o"),
      calls: 1,
      before_usd: "0.0035",
      after_usd: "0.00175",
      difference_usd: "-0.00175",
    };
    const dry = await json(ask(processor, `/api/v1/reprice?${period}&dry_run=true`));
    expect(dry).toMatchObject({
      dry_run: true,
      rows: [row],
      total: { calls: 1, difference_usd: "-0.00175" },
    });
    expect(processor.october()).toContainEqual(["acme", "", 1, "0.0035"]);

    expect(await json(ask(processor, `/api/v1/reprice?${period}&reason=contract%208`))).toMatchObject({
      dry_run: false,
      rows: [row],
    });
    expect(processor.october()).toContainEqual(["acme", "", 1, "0.00175"]);
    const metrics = await read(processor, "/metrics");
    expect(sums(metrics, "llm_customer_cost_month_to_date_usd", "customer")).toEqual({
      acme: 0.00175,
      globex: 0.0035,
    });
    expect(sums(metrics, "llm_cost_usd_total", "customer")).toEqual({ acme: 0.0035, globex: 0.0035 });
    const late = await json(
      ask(processor, "/api/v1/late-bookings?booked_after=2026-10-15T11:00:00Z&customer=acme", READER, "GET"),
    );
    expect(late.bookings.map(({ reason }: { reason: string | null }) => reason)).toContain("contract 8");
    expect(await json(ask(processor, `/api/v1/reprice?${period}`))).toMatchObject({
      rows: [],
      total: { calls: 0 },
    });
  });

  it.each([
    ["", ["from", "to"]],
    ["from=2026-10-01", ["to"]],
    ["from=2026-10-02&to=2026-10-01", ["to"]],
    [`${period}&dry_run=perhaps`, ["dry_run"]],
    [`${period}&month=2026-10`, ["month"]],
  ])("refuses ?%s and names %s", async (query, fields) => {
    const processor = await started();
    const answer = await json(ask(processor, `/api/v1/reprice?${query}`));
    expect([answer.status, answer.errors.map(({ field }: { field: string }) => field)]).toEqual([
      400,
      fields,
    ]);
  });
});
