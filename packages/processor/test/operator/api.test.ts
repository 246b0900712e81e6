import { customerOf } from "@keeptabs/billing";
import { LedgerError } from "@keeptabs/ledger";
import { formatUsd, parseUsd, sumUsd } from "@keeptabs/pricing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bookingOf, NOW, PRODUCT_CUSTOMERS, productHistory } from "./seed.ts";
import { json, type Serving, serving } from "./serving.ts";

const PROBLEM = "application/problem+json; charset=utf-8";

const history = productHistory();
let server: Serving;
const api = (path: string) => json(`${server.base}/api/v1/${path}`);
const sum = (rows: readonly { cost_usd: string }[]): string =>
  formatUsd(sumUsd(rows.map(({ cost_usd }) => parseUsd(cost_usd))));

beforeAll(async () => {
  server = await serving(history, { customers: PRODUCT_CUSTOMERS });
});
afterAll(() => server.close());

describe("costs", () => {
  it("are those of the current month when nothing is asked for", async () => {
    const { rows, total, ...rest } = await api("costs");
    expect(rest).toMatchObject({
      from: "2026-09-30T22:00:00.000Z",
      to: "2026-10-31T23:00:00.000Z",
      month: "2026-10",
      time_zone: "Europe/Berlin",
      currency: "USD",
      group_by: [],
    });
    expect(rows).toEqual([total]);
    expect(total.calls).toBeGreaterThan(1000);
  });

  it.each([
    "customer",
    "feature",
    "provider",
    "model",
    "day",
    "month",
    "customer,day",
    "model,month,feature",
  ])("by %s add up to the total, to the last digit", async (groupBy) => {
    const { total } = await api("costs?month=2026-09");
    const grouped = await api(`costs?month=2026-09&group_by=${groupBy}`);
    expect(grouped.rows.length).toBeGreaterThan(0);
    expect(sum(grouped.rows)).toBe(total.cost_usd);
    expect(grouped.total).toEqual(total);
    expect(Object.keys(grouped.rows[0]).slice(0, -4)).toEqual(groupBy.split(","));
  });

  it("of two months are the sum of both, also in a zone with half an hour", async () => {
    const both = await api("costs?from=2026-09-01&to=2026-11-01&group_by=month&tz=Asia/Kolkata");
    expect(both.from).toBe("2026-08-31T18:30:00.000Z");
    const each = await Promise.all(
      ["2026-09", "2026-10"].map(async (month) => (await api(`costs?month=${month}&tz=Asia/Kolkata`)).total),
    );
    expect(both.rows.map(({ cost_usd }: { cost_usd: string }) => cost_usd)).toEqual(
      each.map(({ cost_usd }) => cost_usd),
    );
    expect(both.rows.map(({ month }: { month: string }) => month)).toEqual(["2026-09", "2026-10"]);
  });

  it("are filtered by exact names, and a name nobody has costs nothing", async () => {
    const acme = await api("costs?month=2026-10&customer=acme&feature=summaries&group_by=customer,feature");
    expect(acme.rows).toHaveLength(1);
    expect(acme.rows[0]).toMatchObject({ customer: "acme", feature: "summaries" });
    expect((await api("costs?month=2026-10&customer=ACME")).rows).toEqual([]);
  });

  it("come dearest first within a time", async () => {
    const { rows } = await api("costs?month=2026-10&group_by=day,customer");
    const days = rows.map(({ day }: { day: string }) => day);
    expect(days).toEqual(days.toSorted());
    const one = rows
      .filter(({ day }: { day: string }) => day === "2026-10-15")
      .map((row: { cost_usd: string }) => Number(row.cost_usd));
    expect(one).toEqual(one.toSorted((a: number, b: number) => b - a));
  });

  it("of the dearest groups and of all others as one add up to the same total", async () => {
    const whole = await api("costs?month=2026-10&group_by=customer,day");
    const { rows, total } = await api("costs?month=2026-10&group_by=customer,day&top=5");
    expect(total).toEqual(whole.total);
    expect(sum(rows)).toBe(total.cost_usd);
    const dearest = whole.rows.map(({ cost_usd }: { cost_usd: string }) => parseUsd(cost_usd));
    dearest.sort((a: bigint, b: bigint) => (a < b ? 1 : -1));
    expect(rows.slice(0, 5).map(({ cost_usd }: { cost_usd: string }) => parseUsd(cost_usd))).toEqual(
      dearest.slice(0, 5),
    );
    const others = rows[5];
    expect([rows.length, others.folded, others.customer, others.day]).toEqual([
      6,
      whole.rows.length - 5,
      undefined,
      undefined,
    ]);
  });

  it.each(["Europe/Berlin", "Asia/Kolkata"])(
    "by unit are quantities: what the calls used, in %s",
    async (tz) => {
      const { rows, total, group_by } = await api(`costs?month=2026-10&group_by=unit,customer&tz=${tz}`);
      expect(group_by).toEqual(["unit", "customer"]);
      const from = Date.parse(tz === "Asia/Kolkata" ? "2026-09-30T18:30:00Z" : "2026-09-30T22:00:00Z");
      const mine = history.filter(
        ({ call, customer }) => customer === "northwind" && call.occurredAt >= BigInt(from) * 1_000_000n,
      );
      const used = new Map<string, number>();
      for (const { call } of mine)
        for (const [unit, quantity] of call.usage.quantities)
          used.set(unit, (used.get(unit) ?? 0) + quantity);
      const shown = rows.filter(({ customer }: { customer: string }) => customer === "northwind");
      expect(shown).toEqual(
        [...used]
          .toSorted()
          .map(([unit, quantity]) => ({ customer: "northwind", unit, quantity: String(quantity) })),
      );
      expect(total).toEqual((await api(`costs?month=2026-10&tz=${tz}`)).total);
    },
  );

  it("take instants with an offset, also one whose plus sign became a space", async () => {
    const answer = await api("costs?from=2026-10-01T00:00:00+02:00&to=2026-10-02T00:00:00%2B02:00");
    expect([answer.from, answer.to]).toEqual(["2026-09-30T22:00:00.000Z", "2026-10-01T22:00:00.000Z"]);
  });
});

describe("a request that is wrong", () => {
  it.each([
    ["costs?month=2026-13", "month"],
    ["costs?month=1969-12", "month"],
    ["costs?month=9999-01", "month"],
    ["costs?month=2026-10&month=2026-09", "month"],
    ["costs?month=2026-10&from=2026-10-01&to=2026-11-01", "month"],
    ["costs?from=2026-10-01", "to"],
    ["costs?to=2026-10-01", "from"],
    ["costs?from=2026-10-02&to=2026-10-02", "to"],
    ["costs?from=2026-02-30&to=2026-04-01", "from"],
    ["costs?from=2026-10-01T25:00:00Z&to=2026-10-03", "from"],
    ["costs?from=2026-10-01T00:00:00&to=2026-10-03", "from"],
    ["costs?from=9999-10-01&to=9999-10-03", "from"],
    ["costs?from=1990-01-01&to=2026-10-01&group_by=day", "group_by"],
    ["costs?from=1970-01-01&to=2026-10-01&group_by=month", "group_by"],
    ["costs?group_by=user", "group_by"],
    ["costs?group_by=unit&top=3", "top"],
    ["costs?top=0", "top"],
    ["calls?cursor=bmV3ZXN0OjE6MToxOjE", "cursor"],
    ["calls?order=newest&cursor=ZGVhcmVzdDoxOjA6MTow", "cursor"],
    ["calls?status=paid", "status"],
    ["calls?outcome=", "outcome"],
    ["late-bookings?booked_after=yesterday", "booked_after"],
    ["costs?group_by=day,day", "group_by"],
    ["costs?tz=Berlin", "tz"],
    ["costs?custmer=acme", "custmer"],
    ["costs?__proto__=1", "__proto__"],
    [`costs?customer=${"x".repeat(300)}`, "customer"],
    ["margins?from=2026-10-01", "from"],
    ["customers?limit=3", "limit"],
    ["calls?limit=0", "limit"],
    ["calls?limit=1e3", "limit"],
    ["calls?limit=1001", "limit"],
    ["calls/nothex/0000000000000001", "trace"],
    [`calls/${"a".repeat(32)}/12`, "span"],
    [`calls/${"a".repeat(32)}/${"b".repeat(16)}?month=2026-10`, "month"],
  ])("%s is answered with a 400 that names %s", async (path, field) => {
    const { status, contentType, errors, detail, title } = await api(path);
    expect([status, contentType]).toEqual([400, PROBLEM]);
    expect(title).toBe("Bad Request");
    expect(errors.map((error: { field: string }) => error.field)).toEqual([field]);
    expect(detail).toContain(field);
  });

  it("names all that is wrong at once", async () => {
    const { errors } = await api("costs?month=x&tz=y&colour=z");
    expect(errors.map(({ field }: { field: string }) => field).sort()).toEqual(["colour", "month", "tz"]);
  });

  it("for what does not exist is a 404, and a call that writes is a 405", async () => {
    for (const path of ["costs/x", "", "nothing", `calls/${"a".repeat(32)}/${"b".repeat(16)}`]) {
      expect(await api(path)).toMatchObject({ status: 404, contentType: PROBLEM });
    }
    const posted = await fetch(`${server.base}/api/v1/costs`, { method: "POST" });
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect(await json(`${server.base}/customers/%E0%A4%A`)).toMatchObject({ status: 400 });
  });
});

describe("margins and customers", () => {
  it("put revenue beside cost, with null for what nobody said", async () => {
    const { rows, total } = await api("margins?month=2026-10");
    expect(sum(rows)).toBe((await api("costs?month=2026-10")).total.cost_usd);
    expect(total).toMatchObject({ revenue_usd: "1445", customers_without_revenue: 2 });
    expect(
      rows
        .filter((row: Record<string, unknown>) => row["revenue_usd"] === null)
        .map((row: Record<string, unknown>) => row["customer"])
        .toSorted(),
    ).toEqual(["__unattributed__", "ferro-gmbh", "tiny"]);
    const of = (id: string) => rows.find(({ customer }: { customer: string }) => customer === id);
    expect(of("lumen-labs").margin_usd).toMatch(/^-\d/);
    expect(of("lumen-labs").margin_ratio).toBeLessThan(0);
    expect(of("ferro-gmbh")).toMatchObject({
      name: "Ferro GmbH",
      revenue_usd: null,
      margin_usd: null,
      margin_ratio: null,
    });
  });

  it("list those who are configured and those who only called", async () => {
    const { customers } = await api("customers?month=2026-10");
    const ids = customers.map(({ customer }: { customer: string }) => customer);
    expect(ids).toEqual(expect.arrayContaining(["acme", "tiny", "__unattributed__", "ferro-gmbh"]));
    expect(customers.find(({ customer }: { customer: string }) => customer === "acme")).toEqual({
      customer: "acme",
      name: "Acme Corporation",
      plan: "Pro",
      configured: true,
      budget_usd: "120",
      revenue: [{ from: null, monthly_usd: "199" }],
    });
    expect(customers.find(({ customer }: { customer: string }) => customer === "tiny")).toMatchObject({
      configured: false,
      name: null,
    });
  });
});

describe("calls", () => {
  it("come dearest first, as many as asked for, of one customer", async () => {
    const { calls, order } = await api("calls?month=2026-10&customer=acme&limit=7");
    expect(order).toBe("dearest");
    const costs = calls.map(({ cost_usd }: { cost_usd: string }) => Number(cost_usd));
    expect(costs).toHaveLength(7);
    expect(costs).toEqual(costs.toSorted((a: number, b: number) => b - a));
    expect(new Set(calls.map(({ customer }: { customer: string }) => customer))).toEqual(new Set(["acme"]));
  });

  it.each(["dearest", "newest"])("come a page at a time, the %s first, each once", async (order) => {
    const seen: { trace_id: string; cost_usd: string; occurred_at: string }[] = [];
    let pages = 0;
    for (let cursor: string | null = ""; cursor !== null; pages += 1) {
      const after = cursor === "" ? "" : `&cursor=${cursor}`;
      const page = await api(`calls?month=2026-10&customer=acme&order=${order}&limit=97${after}`);
      seen.push(...page.calls);
      cursor = page.next_cursor;
    }
    const { total } = await api("costs?month=2026-10&customer=acme");
    expect([seen.length, new Set(seen.map(({ trace_id }) => trace_id)).size]).toEqual([
      total.calls,
      total.calls,
    ]);
    expect(pages).toBe(Math.ceil(total.calls / 97));
    expect(sum(seen)).toBe(total.cost_usd);
    const ordered = seen.toSorted((a, b) =>
      order === "newest"
        ? Number(b.occurred_at > a.occurred_at) - Number(b.occurred_at < a.occurred_at)
        : Number(parseUsd(b.cost_usd) - parseUsd(a.cost_usd)),
    );
    expect(seen).toEqual(ordered);
  });

  it("are found by feature, provider, model, status and outcome", async () => {
    const found = async (query: string) => (await api(`calls?month=2026-10&limit=1000&${query}`)).calls;
    const costs = (await api("costs?month=2026-10&feature=summaries&provider=anthropic")).total;
    expect(await found("feature=summaries&provider=anthropic")).toHaveLength(costs.calls);
    const unpriced = await found("model=gpt-6-preview&status=unpriced");
    expect(new Set(unpriced.map((call: { status: string }) => call.status))).toEqual(new Set(["unpriced"]));
    expect(unpriced).toHaveLength(14);
    expect(await found("outcome=aborted")).toMatchObject([{ customer: "acme", outcome: "aborted" }]);
    expect(await found("status=covered")).toMatchObject([{ status: "covered", span_id: "1".repeat(16) }]);
    expect(await found("feature=&status=partly_unpriced")).toMatchObject([
      { feature: "", lower_bound: false },
    ]);
  });

  it("do not list a call twice when a better description superseded the first", async () => {
    const trace = "c".repeat(32);
    const one = await serving([]);
    await one.append(
      [bookingOf({ call: { traceId: trace, spanId: "1".repeat(16), scope: "langchain" } })],
      1n,
    );
    const inner = { traceId: trace, spanId: "2".repeat(16), parentSpanId: "1".repeat(16), scope: "openai" };
    await one.append([bookingOf({ call: inner, ancestors: ["1".repeat(16)] })], 2n);
    const { calls } = await json(`${one.base}/api/v1/calls?limit=1`);
    expect(calls.map(({ span_id }: { span_id: string }) => span_id)).toEqual(["2".repeat(16)]);
    await one.close();
  });

  it("are explained line by line, with source and date of each price", async () => {
    const [first] = (await api("calls?month=2026-10&customer=acme&limit=1")).calls;
    const call = await api(`calls/${first.trace_id}/${first.span_id.toUpperCase()}`);
    expect(call).toMatchObject({
      counted: true,
      charged_as: null,
      cost_usd: first.cost_usd,
      list_cost_usd: first.cost_usd,
    });
    for (const { quantity, rate_usd, per, amount_usd, factors } of call.lines) {
      expect(factors).toEqual([]);
      expect(parseUsd(amount_usd) * BigInt(per)).toBe(parseUsd(rate_usd) * BigInt(quantity));
    }
    const total = sumUsd(call.lines.map(({ amount_usd }: { amount_usd: string }) => parseUsd(amount_usd)));
    expect(formatUsd(total)).toBe(call.cost_usd);
    expect(call.lines[0]).toMatchObject({
      price_source: expect.stringMatching(/^https:/),
      price_checked: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    expect(call.occurred_at).toMatch(/^2026-10-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    expect(call.booked_at).toBe("2026-10-20T10:00:00.000000000Z");
  });

  it("without a price have no cost, which is not zero; covered ones lead to the one that is charged", async () => {
    const { calls } = await api("calls?month=2026-10&customer=blue-harbor&limit=1000");
    const unpriced = calls.find(({ status }: { status: string }) => status === "unpriced");
    expect(unpriced).toMatchObject({ cost_usd: null, reason: "model_not_found", model: "gpt-6-preview" });
    const covered = await api(`calls/${"f".repeat(32)}/${"1".repeat(16)}`);
    expect(covered).toMatchObject({
      status: "covered",
      counted: false,
      charged_as: { trace_id: "f".repeat(32), span_id: "2".repeat(16) },
    });
  });
});

describe("what came late", () => {
  it("explains a closed month: as it was, and what was booked since, is what it is now", async () => {
    const one = await serving([bookingOf({ at: "2026-09-10T12:00:00Z" })], { now: () => NOW });
    const costs = async () => (await json(`${one.base}/api/v1/costs?month=2026-09`)).total.cost_usd;
    const closed = await costs();
    const late = bookingOf({ at: "2026-09-20T12:00:00Z", customer: "globex" });
    await one.append([late], BigInt(NOW + 60_000) * 1_000_000n);
    const entry = one.view.reader.entry(late.call.traceId, late.call.spanId);
    const charge = { ...late.charge, net: parseUsd("0.005") };
    await one.ledger.reprice(
      [{ entry: entry?.id ?? 0, charge }],
      "dearer",
      BigInt(NOW + 120_000) * 1_000_000n,
    );
    const ask = (query: string) => json(`${one.base}/api/v1/late-bookings?month=2026-09&${query}`);
    const answer = await ask("booked_after=2026-10-20T10:00:30Z");
    expect(answer.bookings).toMatchObject([
      {
        kind: "booked",
        customer: "globex",
        calls: 1,
        cost_usd: "0.0035",
        occurred_at: "2026-09-20T12:00:00.000000000Z",
      },
      {
        kind: "repriced",
        reason: "dearer",
        calls: -1,
        cost_usd: "-0.0035",
        booked_at: "2026-10-20T10:02:00.000000000Z",
      },
      { kind: "repriced", reason: "dearer", calls: 1, cost_usd: "0.005" },
    ]);
    expect(answer).toMatchObject({ count: 3, calls: 1, cost_usd: "0.005" });
    expect(formatUsd(sumUsd([parseUsd(closed), parseUsd(answer.cost_usd)]))).toBe(await costs());
    // Without an instant: since the month was over, which the first call was booked after too.
    expect(await ask("")).toMatchObject({
      booked_after: "2026-09-30T22:00:00.000Z",
      count: 4,
      cost_usd: await costs(),
    });
    expect(await ask("booked_after=2026-10-20T10:00:30Z&limit=1")).toMatchObject({
      count: 3,
      cost_usd: "0.005",
      bookings: [{}],
    });
    expect(await ask("customer=acme&booked_after=2026-10-20T10:00:30Z")).toMatchObject({
      count: 0,
      cost_usd: "0",
    });
    await one.close();
  });
});

describe("the API", () => {
  it("is asked again with an ETag, and answers 304 until something is booked", async () => {
    const one = await serving([bookingOf()], { customers: new Map([["acme", customerOf({ id: "acme" })]]) });
    const url = `${one.base}/api/v1/costs`;
    const etag = (await fetch(url)).headers.get("etag") ?? "";
    const again = () => fetch(url, { headers: { "if-none-match": etag, "cache-control": "max-age=0" } });
    expect((await again()).status).toBe(304);
    await one.append([bookingOf()], BigInt(NOW) * 1_000_000n);
    expect((await again()).status).toBe(200);
    await one.close();
  });

  it("tells the client of a fault only that there was one, and the operator all", async () => {
    const faults: unknown[] = [];
    const broken = (error: Error) =>
      serving([], {
        onFault: (fault) => faults.push(fault),
        now: () => {
          throw error;
        },
      });
    for (const [error, status, retry] of [
      [new Error("secret of /home/op"), 500, null],
      [new LedgerError("disk I/O error in /home/op/ledger.db"), 503, "5"],
    ] as const) {
      const one = await broken(error);
      const response = await fetch(`${one.base}/api/v1/costs`);
      expect([response.status, response.headers.get("retry-after")]).toEqual([status, retry]);
      expect(await response.text()).not.toContain("/home/op");
      expect(faults.at(-1)).toBe(error);
      await one.close();
    }
  });
});
