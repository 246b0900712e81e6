import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operatorTable } from "../../src/operator/index.ts";
import { exportOf, NOON, type Running, spanOf, startTestProcessor } from "../running.ts";
import { basic, bearer, INGEST_TOKENS, OPERATOR_TOKENS, TOKENS } from "./tokens.ts";

const ACME = { trace: "a1".repeat(16), span: "a2".repeat(8) };
const ACME_COVERED = { trace: "c0".repeat(16), span: "c1".repeat(8) };
const GLOBEX = { trace: "9b".repeat(16), span: "9c".repeat(8) };
const GLOBEX_COVERING = { trace: ACME_COVERED.trace, span: "9d".repeat(8) };
const NOBODY = { trace: "7e".repeat(16), span: "7f".repeat(8) };
/** Booked for globex, until a span above it named acme. */
const MOVED = { trace: "5a".repeat(16), span: "5b".repeat(8) };
const UNKNOWN = { trace: "0d".repeat(16), span: "0e".repeat(8) };

const CUSTOMERS = `
customers:
  - { id: acme, name: Acme Corp, plan: pro, revenue: "199", budget: "50" }
  - { id: globex-4711, name: Globex Holding, plan: obsidian, revenue: "7331.13", budget: "4242.42" }
`;

/** Every route, with what is asked of it: of acme itself, of the other customer, of one whom nobody knows. */
interface Plan {
  readonly own: readonly string[];
  readonly foreign?: string;
  readonly unknown?: string;
  /** Who is let in besides readers of everything and admins. */
  readonly also: "anyone" | "acme" | "nobody";
  /** False where even an admin sees no customer. */
  readonly tells?: false;
  /** A word that stands there whatever calls there are. */
  readonly word?: string;
}

const call = (prefix: string, { trace, span }: typeof ACME): string => `${prefix}/calls/${trace}/${span}`;

const PLANS: Readonly<Record<string, Plan>> = {
  "get /healthz": { own: ["/healthz"], also: "anyone", tells: false },
  "get /readyz": { own: ["/readyz"], also: "anyone", tells: false },
  "get /report.css": { own: ["/report.css"], also: "anyone", tells: false },
  "get /chart.css": { own: ["/chart.css"], also: "anyone", tells: false },
  "get /uplot.js": { own: ["/uplot.js"], also: "anyone", tells: false },
  "get /charts.js": { own: ["/charts.js"], also: "anyone", tells: false },
  "get /metrics": { own: ["/metrics"], also: "nobody" },
  "get /api/v1/openapi.json": {
    own: ["/api/v1/openapi.json"],
    also: "acme",
    tells: false,
    word: "__unattributed__",
  },
  "get /api/v1/costs": {
    own: [
      "/api/v1/costs",
      "/api/v1/costs?group_by=customer,feature,provider,model,day,month",
      "/api/v1/costs?group_by=customer&tz=Asia/Kolkata",
      "/api/v1/costs?from=2020-01-01&to=2030-01-01&group_by=customer",
      "/api/v1/costs?feature=hidden-feature",
      "/api/v1/costs?model=gpt-4o-mini-2024-07-18&group_by=model",
      "/api/v1/costs?group_by=model,unit",
      "/api/v1/costs?group_by=customer&top=1",
    ],
    foreign: "/api/v1/costs?customer=globex-4711&group_by=customer,feature",
    unknown: "/api/v1/costs?customer=unknown-000&group_by=customer,feature",
    also: "acme",
  },
  "get /api/v1/margins": { own: ["/api/v1/margins", "/api/v1/margins?month=2026-09"], also: "acme" },
  "get /api/v1/customers": { own: ["/api/v1/customers", "/api/v1/customers?month=2026-09"], also: "acme" },
  "get /api/v1/calls": {
    own: [
      "/api/v1/calls",
      "/api/v1/calls?limit=1000",
      "/api/v1/calls?from=2020-01-01&to=2030-01-01",
      "/api/v1/calls?order=newest&limit=1",
      "/api/v1/calls?status=covered",
      "/api/v1/calls?model=gpt-4o-mini-2024-07-18",
    ],
    foreign: "/api/v1/calls?customer=globex-4711",
    unknown: "/api/v1/calls?customer=unknown-000",
    also: "acme",
  },
  "get /api/v1/calls/:trace/:span": {
    own: [call("/api/v1", ACME), call("/api/v1", ACME_COVERED)],
    foreign: call("/api/v1", GLOBEX),
    unknown: call("/api/v1", UNKNOWN),
    also: "acme",
  },
  "get /api/v1/late-bookings": {
    own: [
      "/api/v1/late-bookings",
      "/api/v1/late-bookings?booked_after=2020-01-01",
      "/api/v1/late-bookings?from=2020-01-01&to=2030-01-01&booked_after=2020-01-01",
    ],
    foreign: "/api/v1/late-bookings?booked_after=2020-01-01&customer=globex-4711",
    unknown: "/api/v1/late-bookings?booked_after=2020-01-01&customer=unknown-000",
    also: "acme",
  },
  "get /api/v1/budgets/:customer": {
    own: ["/api/v1/budgets/acme"],
    foreign: "/api/v1/budgets/globex-4711",
    unknown: "/api/v1/budgets/unknown-000",
    also: "acme",
  },
  "get /": { own: ["/", "/?month=2026-09&customer=glob&sort=margin"], also: "acme" },
  "get /customers/:id": {
    own: ["/customers/acme", "/customers/acme?month=2026-09"],
    foreign: "/customers/globex-4711",
    unknown: "/customers/unknown-000",
    also: "acme",
  },
  "get /features": {
    own: ["/features", "/features?month=2026-09", "/features?feature=hidden-feature&sort=customers"],
    also: "acme",
  },
  "get /features/:name": {
    own: ["/features/assistant", "/features/assistant?month=2026-09"],
    foreign: "/features/hidden-feature",
    unknown: "/features/unknown-000",
    also: "acme",
  },
  "get /calls": {
    own: [
      "/calls",
      "/calls?month=2026-09&order=dearest",
      "/calls?status=covered",
      "/calls?feature=hidden-feature",
    ],
    foreign: "/calls?customer=globex-4711",
    unknown: "/calls?customer=unknown-000",
    also: "acme",
  },
  "get /calls/:trace/:span": {
    own: [call("", ACME), call("", ACME_COVERED), call("", MOVED)],
    foreign: call("", GLOBEX),
    unknown: call("", UNKNOWN),
    also: "acme",
  },
};

/** Routes that change something, each with somebody or something that is there only for that. */
const CHANGES: Readonly<Record<string, { readonly there: string; readonly missing?: string }>> = {
  "post /api/v1/customers/:customer/forget": {
    there: "/api/v1/customers/throwaway-1/forget",
    missing: "/api/v1/customers/unknown-000/forget",
  },
  "post /api/v1/reprice": { there: "/api/v1/reprice?from=2026-10-01&to=2026-11-01" },
};

/** The name of a file that pages load changes with its content. */
const plainOf = (path: string): string => path.replace(/^(\/\w+)-[0-9a-f]+(\.css|\.js)$/, "$1$2");
const keyOf = ({ method, path }: { method: string; path: string }): string => `${method} ${plainOf(path)}`;
const ROUTES = operatorTable({ problem: () => undefined, metrics: () => {} });
const FULL_NAMES = new Map(ROUTES.map(({ path }) => [plainOf(path), path]));

let processor: Running;
/** What must not come to acme's eyes; the amounts are those that an admin sees. */
let traces: string[];

async function get(path: string, headers: Record<string, string> = {}, method = "GET") {
  const response = await fetch(processor.operatorUrl + (FULL_NAMES.get(path) ?? path), { method, headers });
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    url: response.url,
    headers: JSON.stringify([...response.headers]),
    text: await response.text(),
  };
}

async function post(scope: string, ...spans: object[]): Promise<void> {
  const { status } = await processor.post(JSON.stringify(exportOf(spans, scope)), {
    "content-type": "application/json",
    ...bearer(TOKENS.backend),
  });
  expect(status).toBe(200);
}

// biome-ignore lint/suspicious/noExplicitAny: the test names what it expects
const json = async (path: string): Promise<any> => JSON.parse((await get(path, bearer(TOKENS.ops))).text);

beforeAll(async () => {
  processor = await startTestProcessor(`${CUSTOMERS}tokens:\n${INGEST_TOKENS}${OPERATOR_TOKENS}`);
  const of = (
    { trace, span }: typeof ACME,
    attributes: Record<string, string | number>,
    fields: object = {},
  ) => spanOf(attributes, { traceId: trace, spanId: span, ...fields });
  const globex = {
    "customer.id": "globex-4711",
    "keeptabs.feature": "hidden-feature",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "gen_ai.usage.input_tokens": 8_912_347,
    "gen_ai.usage.output_tokens": 718,
  };
  const acme = { "customer.id": "acme", "keeptabs.feature": "assistant" };
  const september = `${NOON - 30 * 86_400_000}000000`;
  await post(
    "app",
    of(ACME, acme),
    of(GLOBEX, globex),
    of(NOBODY, { "keeptabs.feature": "nobodys-feature", "gen_ai.usage.input_tokens": 5_123_461 }),
    spanOf(globex, { startTimeUnixNano: september, endTimeUnixNano: september }),
  );
  const above = { traceId: MOVED.trace, spanId: "5c".repeat(8) };
  const person = { "user.id": "globex-4711", "keeptabs.feature": "assistant" };
  await post("app", of(MOVED, person, { parentSpanId: above.spanId, endTimeUnixNano: september }));
  const named = [{ key: "customer.id", value: { stringValue: "acme" } }];
  await post("app", { ...above, name: "POST /ask", kind: 2, endTimeUnixNano: september, attributes: named });
  // One call that two customers are named for: acme's description of it is not charged, globex's is.
  const shared = { "keeptabs.feature": "assistant", "gen_ai.usage.input_tokens": 1234 };
  await post(
    "openai",
    of(GLOBEX_COVERING, { ...shared, "customer.id": "globex-4711" }, { parentSpanId: ACME_COVERED.span }),
  );
  await post("langchain", of(ACME_COVERED, { ...shared, "customer.id": "acme" }));

  const october = await json("/api/v1/costs?group_by=customer");
  const all = await json("/api/v1/costs?from=2020-01-01&to=2030-01-01&group_by=customer");
  const amounts = [october, all].flatMap(({ rows, total }) => [
    total.cost_usd,
    ...rows
      .filter(({ customer }: { customer: string }) => customer !== "acme")
      .map(({ cost_usd }: { cost_usd: string }) => cost_usd),
  ]);
  traces = [
    ...amounts,
    ...[
      "7331",
      "7,331",
      "4242",
      "4,242",
      "globex",
      "Globex",
      "obsidian",
      "hidden-feature",
      "nobodys-feature",
    ],
    ...["gpt-4o-mini", "__unattributed__", "Unattributed", "8912347", "8,912,347", "5123461"],
    ...[GLOBEX.trace, GLOBEX.span, GLOBEX_COVERING.span, NOBODY.trace, NOBODY.span],
  ];
});
afterAll(() => processor.stop());

/** What of the others is in a text, when what was asked for itself is left out. */
function leaks(text: string, asked: string): string[] {
  const ids =
    asked.match(/globex-4711|unknown-000|hidden-feature|gpt-4o-mini-2024-07-18|glob|[0-9a-f]{16,32}/g) ?? [];
  const rest = ids.reduce((left, id) => left.replaceAll(id, "…"), text);
  return traces.filter((trace) => rest.includes(trace));
}

it("the table of this test has every route of the operator port, and no other", () => {
  expect([...Object.keys(PLANS), ...Object.keys(CHANGES)].sort()).toEqual(ROUTES.map(keyOf).sort());
});

it("what is looked for is there to be found", async () => {
  expect(new Set(traces).size).toBeGreaterThan(20);
  const { text } = await get("/api/v1/calls?limit=1000", bearer(TOKENS.ops));
  expect(leaks(text, "")).toEqual(expect.arrayContaining(["globex", GLOBEX.trace, GLOBEX_COVERING.span]));
  expect(leaks((await get("/", bearer(TOKENS.ops))).text, "")).toEqual(
    expect.arrayContaining(["Globex", "7,331", "obsidian", "hidden-feature"]),
  );
  const moved = await get(call("", MOVED), { ...bearer(TOKENS.ops), accept: "text/html" });
  expect(moved.text).toMatch(/taken from[\s\S]*globex-4711[\s\S]*moved to[\s\S]*acme/);
  // Acme's second call is not charged, since one of globex's is in its place: an admin is led to it.
  expect(await json(call("/api/v1", ACME_COVERED))).toMatchObject({
    customer: "acme",
    counted: false,
    charged_as: { span_id: GLOBEX_COVERING.span },
  });
});

describe.each(Object.entries(PLANS))("%s", (_key, plan) => {
  const { own, also, foreign, unknown } = plan;
  const paths = [
    ...own,
    ...(foreign === undefined ? [] : [foreign]),
    ...(unknown === undefined ? [] : [unknown]),
  ];

  it("lets in whom it should, and nobody else", async () => {
    for (const path of paths) {
      const open = also === "anyone";
      const statusOf = async (headers: Record<string, string> = {}) => (await get(path, headers)).status;
      const exists = path === unknown && !path.includes("?") ? 404 : 200;
      expect([path, await statusOf()]).toEqual([path, open ? 200 : 401]);
      expect([path, await statusOf(bearer("kt_stranger"))]).toEqual([path, open ? 200 : 401]);
      expect([path, await statusOf(bearer(TOKENS.backend))]).toEqual([path, open ? 200 : 403]);
      for (const headers of [
        bearer(TOKENS.grafana),
        basic(TOKENS.grafana),
        bearer(TOKENS.ops),
        basic(TOKENS.ops),
      ]) {
        expect([path, await statusOf(headers)]).toEqual([path, exists]);
      }
    }
  });

  it("shows acme what is acme's and nothing of the others", async () => {
    for (const path of paths) {
      const { status, text, headers, url } = await get(path, bearer(TOKENS.acme));
      const isThere = own.includes(path) || path.includes("?") ? 200 : 404;
      expect([path, status]).toEqual([path, also === "nobody" ? 403 : isThere]);
      const found = leaks(text + headers + url, path).filter((trace) => trace !== plan.word);
      expect([path, found]).toEqual([path, []]);
      // Also as a page, where it is one.
      const page = await get(path, { ...bearer(TOKENS.acme), accept: "text/html" });
      const onPage = leaks(page.text + page.headers, path).filter((trace) => trace !== plan.word);
      expect([path, onPage]).toEqual([path, []]);
    }
  });
});

it.each(Object.entries(PLANS).filter(([, { foreign }]) => foreign !== undefined))(
  "%s answers for another customer's as for what nobody knows",
  async (_key, { foreign = "", unknown = "" }) => {
    const asked = async (path: string, headers: Record<string, string>) => {
      const { status, type, text } = await get(path, { ...bearer(TOKENS.acme), ...headers });
      return {
        status,
        type,
        text: text.replaceAll(/globex-4711|hidden-feature|unknown-000|(?:9b|0d){16}|(?:9c|0e){8}/g, "…"),
      };
    };
    for (const headers of [{}, { accept: "text/html" }]) {
      expect(await asked(foreign, headers)).toEqual(await asked(unknown, headers));
    }
  },
);

it.each(Object.entries(PLANS).filter(([, { tells }]) => tells !== false))(
  "%s tells who may see all of the others too",
  async (_key, { own, foreign }) => {
    const paths = [...own, ...(foreign === undefined ? [] : [foreign])];
    const found = await Promise.all(
      paths.map(async (path) => leaks((await get(path, bearer(TOKENS.grafana))).text, "")),
    );
    expect(found.flat().length).toBeGreaterThan(0);
  },
);

describe.each(Object.entries(CHANGES))("%s", (_key, { there, missing }) => {
  const change = async (path: string, headers: Record<string, string> = {}) => {
    const { status, text } = await get(path, headers, "POST");
    return { status, text };
  };

  it("is for an admin who shows the token on purpose, and tells nobody else whether there is such a thing", async () => {
    await post("app", spanOf({ "customer.id": "throwaway-1" }));
    for (const path of missing === undefined ? [there] : [there, missing]) {
      for (const [headers, status] of [
        [{}, 401],
        [bearer("kt_stranger"), 401],
        [bearer(TOKENS.backend), 403],
        [bearer(TOKENS.grafana), 403],
        [basic(TOKENS.grafana), 403],
        [bearer(TOKENS.acme), 403],
        [basic(TOKENS.acme), 403],
        [basic(TOKENS.ops), 403],
      ] as const) {
        const refused = await change(path, headers);
        expect([path, refused.status]).toEqual([path, status]);
        expect([path, leaks(refused.text, path)]).toEqual([path, []]);
        expect(refused.text).toBe((await change(there, headers)).text);
      }
    }
    const customers = () => get("/api/v1/customers", bearer(TOKENS.ops));
    expect((await customers()).text).toContain("throwaway-1");
    expect((await change(there, bearer(TOKENS.ops))).status).toBe(200);
    if (missing === undefined) return;
    expect((await customers()).text).not.toContain("throwaway-1");
    expect((await change(there, bearer(TOKENS.ops))).status).toBe(404);
    expect((await change(missing, bearer(TOKENS.ops))).status).toBe(404);
  });
});

describe("a visitor with a customer", () => {
  it("is led from the report to the customer's page, in the month that was asked for", async () => {
    const at = async (path: string) => {
      const response = await fetch(processor.operatorUrl + path, {
        headers: bearer(TOKENS.acme),
        redirect: "manual",
      });
      return [response.status, response.headers.get("location")];
    };
    expect(await at("/")).toEqual([302, "/customers/acme?month=2026-10"]);
    expect(await at("/?month=2026-09")).toEqual([302, "/customers/acme?month=2026-09"]);
    expect((await at("/?colour=red"))[0]).toBe(400);
  });

  it("is led only where it may go, and nowhere told of all customers", async () => {
    const seen = new Set<string>();
    const waiting = ["/customers/acme?month=2026-10"];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const { status, text } = await get(path, { ...bearer(TOKENS.acme), accept: "text/html" });
      expect([path, status, leaks(text, "")]).toEqual([path, 200, []]);
      const ofAll = text.replaceAll("/customers/acme", "").match(/customers|data quality/gi);
      expect([path, ofAll]).toEqual([path, null]);
      const found = [...text.matchAll(/(?:href|src)="(\/[^"#]*)/g)].map(([, to = ""]) =>
        to.replaceAll("&amp;", "&"),
      );
      waiting.push(...found.filter((to) => !/month=(?!2026-(?:09|10))/.test(to) && !/\.(css|js)$/.test(to)));
    }
    expect([...seen]).toEqual(
      expect.arrayContaining([
        "/",
        "/features?month=2026-10",
        "/features/assistant?month=2026-09",
        "/calls?month=2026-10&feature=assistant&order=dearest",
        call("", ACME),
        call("", MOVED),
      ]),
    );
  });

  it("sees the same of the own calls as an admin, but for what another's call is charged in place of", async () => {
    const own = call("/api/v1", ACME);
    expect((await get(own, bearer(TOKENS.acme))).text).toBe((await get(own, bearer(TOKENS.ops))).text);
    const covered = JSON.parse((await get(call("/api/v1", ACME_COVERED), bearer(TOKENS.acme))).text);
    expect(covered).toEqual({ ...(await json(call("/api/v1", ACME_COVERED))), charged_as: null });
    const { text } = await get("/api/v1/costs?group_by=customer", bearer(TOKENS.acme));
    expect(JSON.parse(text).rows).toMatchObject([{ customer: "acme", cost_usd: "0.0035", calls: 1 }]);
  });

  it("is not told which paths there are beyond the table", async () => {
    for (const path of ["/nothing", "/api/v1/nothing", "/api/v2/costs", "/customers"]) {
      expect([path, (await get(path)).status]).toEqual([path, 401]);
      expect([path, (await get(path, bearer(TOKENS.backend))).status]).toEqual([path, 403]);
      expect([path, (await get(path, bearer(TOKENS.acme))).status]).toEqual([path, 404]);
    }
    const posted = (headers: Record<string, string>) =>
      fetch(`${processor.operatorUrl}/api/v1/costs`, { method: "POST", headers });
    expect((await posted({})).status).toBe(401);
    const refused = await posted(bearer(TOKENS.ops));
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});
