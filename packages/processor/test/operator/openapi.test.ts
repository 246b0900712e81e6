import { formatUsd, parseUsd } from "@keeptabs/pricing";
import { hashOfToken, mintToken } from "@keeptabs/processor";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API_ROUTES } from "../../src/operator/api/index.ts";
import { bookingOf, NOW, PRODUCT_CUSTOMERS, productHistory } from "./seed.ts";
import { type Serving, serving } from "./serving.ts";

type Schema = Readonly<Record<string, unknown>>;
interface Operation {
  readonly parameters: readonly {
    name: string;
    in: string;
    required: boolean;
    schema: Schema;
    example: unknown;
  }[];
  readonly responses: Readonly<Record<string, { content?: Record<string, { schema: Schema }> }>>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: { readonly Problem: Schema } };
}

/** Paths with their variable parts filled in: things that are there, and one that is not. */
const THERE: Readonly<Record<string, readonly string[]>> = {
  "/api/v1/calls/{trace}/{span}": [],
  "/api/v1/budgets/{customer}": ["/api/v1/budgets/acme", "/api/v1/budgets/lumen-labs"],
};
const MISSING: Readonly<Record<string, string>> = {
  "/api/v1/calls/{trace}/{span}": `/api/v1/calls/${"ab".repeat(16)}/${"cd".repeat(8)}`,
  "/api/v1/budgets/{customer}": "/api/v1/budgets/ferro-gmbh",
  "/api/v1/customers/{customer}/forget": "/api/v1/customers/nobody-000/forget",
};
/** What must always be asked. */
const NEEDED: Readonly<Record<string, string>> = {
  "/api/v1/reprice": "from=2026-10-01&to=2026-10-16T00:00:00Z",
};
/** Customers who are there to be forgotten, one each time. */
const leavers = Array.from({ length: 20 }, (_, i) => `leaver-${i}`);
const ADMIN = mintToken();
const OPS = { name: "ops", role: "admin", sha256: hashOfToken(ADMIN) } as const;

let server: Serving;
let document: Document;
let calls: readonly string[];
const ajv = new Ajv2020({ strict: true, allErrors: true });
addFormats.default(ajv);

async function ask(path: string, method = "get") {
  const headers = { authorization: `Bearer ${ADMIN}` };
  const response = await fetch(server.base + path, { method: method.toUpperCase(), headers });
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, type, body: (await response.json()) as Schema };
}

beforeAll(async () => {
  const leaving = leavers.map((customer) => bookingOf({ customer }));
  server = await serving([...productHistory(), ...leaving], { customers: PRODUCT_CUSTOMERS }, "", [OPS]);
  document = (await ask("/api/v1/openapi.json")).body as unknown as Document;
  // Charged, covered, unpriced, partly unpriced, aborted and failed calls are among them.
  const found = await Promise.all(
    ["customer=acme&limit=1000", "customer=blue-harbor&limit=1000"].map((query) =>
      ask(`/api/v1/calls?month=2026-10&${query}`),
    ),
  );
  const listed = found.flatMap(
    ({ body }) => body["calls"] as { trace_id: string; span_id: string; status: string; outcome: string }[],
  );
  const kinds = Map.groupBy(listed, ({ status, outcome }) => `${status} ${outcome}`);
  calls = [
    ...[...kinds.values()].map(([first]) => `/api/v1/calls/${first?.trace_id}/${first?.span_id}`),
    `/api/v1/calls/${"f".repeat(32)}/${"1".repeat(16)}`,
  ];
});
afterAll(() => server.close());

const pathsOf = (path: string): readonly string[] => {
  if (path.endsWith("/{span}")) return calls;
  if (path.endsWith("/forget")) return [`/api/v1/customers/${leavers.pop()}/forget`];
  return THERE[path] ?? [path];
};
/** An address with what must be asked, and a parameter besides. */
const urlOf = (template: string, path: string, further: URLSearchParams = new URLSearchParams()): string => {
  const query = new URLSearchParams(NEEDED[template]);
  for (const name of further.keys()) query.delete(name);
  for (const [name, value] of further) query.append(name, value);
  return query.size === 0 ? path : `${path}?${query}`;
};
const validatorOf = ({ responses }: Operation): ValidateFunction =>
  ajv.compile(responses["200"]?.content?.["application/json"]?.schema ?? {});
const operations = (): readonly (readonly [string, Operation, string])[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [path, operation, method] as const),
  );
/** A parameter as an address says it; a period has two ends. */
const asked = ({ name, example }: Operation["parameters"][number]): URLSearchParams => {
  const value = String(example);
  return new URLSearchParams(
    name === "from"
      ? { from: value, to: "2026-10-16T00:00:00Z" }
      : name === "to"
        ? { from: "2026-10-01", to: value }
        : { [name]: value },
  );
};
const query = (operation: Operation) => operation.parameters.filter((parameter) => parameter.in === "query");

describe("the API's document", () => {
  it("is OpenAPI 3.1, and lists every route of the API and no other", async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const { valid, errors } = await new Validator().validate(
      structuredClone(document) as unknown as Record<string, unknown>,
    );
    expect([valid, errors]).toEqual([true, undefined]);
    const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const mounted = API_ROUTES.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
    expect(listed.sort()).toEqual(mounted.sort());
    expect(mounted.length).toBeGreaterThan(5);
  });

  it("describes every answer on real data, to the field", async () => {
    expect(calls.length).toBeGreaterThan(5);
    for (const [path, operation, method] of operations()) {
      const validate = validatorOf(operation);
      for (const { name, schema, example } of query(operation)) {
        expect([name, ajv.validate({ ...schema }, example)]).toEqual([name, true]);
      }
      const queries = [undefined, ...query(operation).map(asked)];
      const paths = pathsOf(path);
      expect([path, paths.length > 0]).toEqual([path, true]);
      for (const url of paths.flatMap((one) => queries.map((further) => urlOf(path, one, further)))) {
        const { status, type, body } = await ask(url, method);
        expect([url, status, type]).toEqual([url, 200, "application/json; charset=utf-8"]);
        validate(body);
        expect([url, validate.errors ?? []]).toEqual([url, []]);
      }
    }
  });

  it("is strict: an answer with a field too many or too few is none", async () => {
    for (const [path, operation, method] of operations()) {
      const validate = validatorOf(operation);
      const { body } = await ask(urlOf(path, pathsOf(path)[0] ?? ""), method);
      expect(validate({ ...body, extra: 1 })).toBe(false);
      for (const field of Object.keys(body).filter((name) => name !== "month")) {
        const { [field]: _left, ...rest } = body;
        expect([path, field, validate(rest)]).toEqual([path, field, false]);
      }
    }
  });

  it("names every parameter: each is read, none is taken twice, and another is refused by its name", async () => {
    const isProblem = ajv.compile(document.components.schemas.Problem);
    const refused = async (url: string, field: string, method: string): Promise<void> => {
      const { status, type, body } = await ask(url, method);
      expect([url, status, type]).toEqual([url, 400, "application/problem+json; charset=utf-8"]);
      expect([url, isProblem(body)]).toEqual([url, true]);
      expect((body["errors"] as { field: string }[]).map((error) => error.field)).toEqual([field]);
    };
    for (const [path, operation, method] of operations()) {
      const [url = ""] = pathsOf(path);
      await refused(urlOf(path, url, new URLSearchParams({ colour: "red" })), "colour", method);
      for (const parameter of query(operation)) {
        const twice = asked(parameter);
        twice.append(parameter.name, String(parameter.example));
        await refused(urlOf(path, url, twice), parameter.name, method);
        if (parameter.required) {
          const without = urlOf(path, url).replace(new RegExp(`${parameter.name}=[^&]*&?`), "");
          await refused(without, parameter.name, method);
        }
        // What the schema of a parameter says of words is what is read.
        const words = (parameter.schema["enum"] ??
          (parameter.schema["items"] as Schema)?.["enum"] ??
          []) as string[];
        for (const word of words) {
          const one = await ask(urlOf(path, url, new URLSearchParams({ [parameter.name]: word })), method);
          expect([parameter.name, word, one.status]).toEqual([parameter.name, word, 200]);
        }
      }
    }
  });

  it("is itself asked for without parameters: one is refused by its name", async () => {
    const { status, type, body } = await ask("/api/v1/openapi.json?colour=red");
    expect([status, type]).toEqual([400, "application/problem+json; charset=utf-8"]);
    expect(body["errors"]).toEqual([{ field: "colour", detail: expect.stringMatching(/unknown parameter/) }]);
    expect((await ask("/api/v1/openapi.json?")).body).toEqual(document);
  });

  it("says of what may not be there that it may be missing, and only of that", async () => {
    const isProblem = ajv.compile(document.components.schemas.Problem);
    for (const [path, operation, method] of operations()) {
      const missing = MISSING[path];
      expect([path, "404" in operation.responses]).toEqual([path, missing !== undefined]);
      if (missing === undefined) continue;
      const { status, body } = await ask(missing, method);
      expect([path, status, isProblem(body)]).toEqual([path, 404, true]);
    }
  });
});

describe("a budget", () => {
  it("is told with what is spent and left of it, exactly", async () => {
    const { body } = await ask("/api/v1/budgets/acme");
    const costs = (await ask("/api/v1/costs?month=2026-10&customer=acme")).body["total"] as Record<
      string,
      never
    >;
    const spent = parseUsd(costs["cost_usd"] ?? "");
    const budget = parseUsd("120");
    expect(body).toEqual({
      customer: "acme",
      month: "2026-10",
      time_zone: "Europe/Berlin",
      currency: "USD",
      budget_usd: "120",
      spent_usd: formatUsd(spent),
      remaining_usd: formatUsd((budget - spent) as typeof spent),
      ratio: expect.stringMatching(/^\d+\.\d{1,6}$/),
      calls: costs["calls"],
      unpriced_calls: costs["unpriced_calls"],
    });
    // At most a millionth below what it is, and never above.
    const error = spent * 1_000_000n - (parseUsd(String(body["ratio"])) * budget) / 1_000_000_000_000n;
    expect(error).toBeGreaterThanOrEqual(0n);
    expect(error).toBeLessThan(budget);
  });

  it("that is passed has less than nothing left, and one of nothing has no ratio", async () => {
    const lumen = (await ask("/api/v1/budgets/lumen-labs")).body;
    expect(lumen["remaining_usd"]).toMatch(/^-\d/);
    expect(Number(lumen["ratio"])).toBeGreaterThan(1);
    const [acme] = [...PRODUCT_CUSTOMERS.values()];
    const none = { ...acme!, id: "none", budget: parseUsd("0") };
    const other = await serving([], { customers: new Map([["none", none]]), now: () => NOW });
    const answer = (await (await fetch(`${other.base}/api/v1/budgets/none`)).json()) as Schema;
    expect(answer).toMatchObject({ spent_usd: "0", remaining_usd: "0", ratio: null });
    await other.close();
  });

  it("that nobody set is not there, be the customer known or not", async () => {
    for (const id of ["blue-harbor", "nobody", "__unattributed__", "a%2Fb"]) {
      expect((await ask(`/api/v1/budgets/${id}`)).status).toBe(404);
    }
  });
});
