import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Customers, customerOf } from "@keeptabs/billing";
import { type Booking, Ledger, LedgerReader } from "@keeptabs/ledger";
import { charge, defaultPriceBook } from "@keeptabs/pricing";
import { type Call, usageOf } from "@keeptabs/usage";
import type { OperatorView } from "../../src/operator/index.ts";

/** Names that somebody might register with. Each is an id that Keeptabs accepts. */
export const HOSTILE: readonly string[] = [
  `<script>document.title="owned"</script>`,
  `"><img src=x onerror=document.title='owned'>`,
  "' autofocus onfocus=document.title='owned' x='",
  "javascript:document.title='owned'",
  "</title><script>document.title='owned'</script>",
  "</style><svg/onload=document.title='owned'>",
  "<!--<a href=javascript:1>",
  "../../etc/passwd?month=1#x",
  "..",
  `{{7*7}}\${7*7}\`id\``,
  '=HYPERLINK("http://evil.example")',
  "شركة المثال ABC 123",
  "🦄🚀 zażółć",
  `${"longname".repeat(15)}x`,
];

const SHARDS: readonly string[] = [
  '"',
  "'",
  "`",
  "<",
  ">",
  "&lt;",
  "</td>",
  "</a>",
  "</script>",
  "<script src=//evil.example>",
  "<img src=x onerror=alert(1)>",
  "<style>*{display:none}</style>",
  " onmouseover=alert(1) ",
  ' style="position:fixed" ',
  "javascript:alert(1)",
  "]]>",
  "-->",
  "<!--",
  "\u2028",
  "\u202e",
  "\u0024{alert(1)}",
  "{{constructor}}",
  "\\u003cscript\\u003e",
  "<svg><set attributeName=href to=javascript:alert(1)>",
];

/** So many different names, the known ones first, then shards of attacks put together. */
export function hostileNames(many: number): readonly string[] {
  const random = numbers(11);
  const names = new Set(HOSTILE);
  while (names.size < many) {
    const shards = Array.from({ length: 4 }, () => SHARDS[Math.floor(random() * SHARDS.length)] ?? "");
    names.add(shards.join("").trim().slice(0, 120));
  }
  return [...names];
}

/** 20 October 2026, noon in Berlin. */
export const NOW: number = Date.parse("2026-10-20T10:00:00Z");
export const ZONE = "Europe/Berlin";

const BOOK = defaultPriceBook();
let made = 0;

/** What a test wants to be different about a call. */
export interface Change {
  readonly customer?: string | undefined;
  readonly feature?: string | undefined;
  readonly provider?: string;
  readonly model?: string;
  readonly units?: readonly (readonly [string, number])[];
  readonly at?: string | number;
  readonly ancestors?: readonly string[];
  readonly call?: Partial<Call>;
}

/** A call as it is booked; without a change one of gpt-4o for acme, of 0.0035 USD. */
export function bookingOf(change: Change = {}): Booking {
  made += 1;
  const { provider = "openai", model = "gpt-4o", units, at = NOW } = change;
  const occurredAt = BigInt(typeof at === "number" ? at : Date.parse(at)) * 1_000_000n;
  const usage = usageOf(
    units ?? [
      ["input", 1000],
      ["output", 100],
    ],
  );
  const call: Call = {
    traceId: made.toString(16).padStart(32, "0"),
    spanId: made.toString(16).padStart(16, "0"),
    parentSpanId: undefined,
    startedAt: occurredAt - 1_234_000_000n,
    occurredAt,
    dialect: "otel",
    scope: "@keeptabs/instrumentation",
    provider,
    requestModel: model,
    responseModel: model,
    operation: "chat",
    responseId: undefined,
    usage,
    outcome: "ok",
    attribution: {},
    aggregate: false,
    ...change.call,
  };
  return {
    source: "default",
    call,
    charge: charge({ provider, model, usage: call.usage, atMs: Number(call.occurredAt / 1_000_000n) }, BOOK),
    customer: "customer" in change ? change.customer : "acme",
    feature: "feature" in change ? change.feature : "assistant",
    ancestors: change.ancestors ?? [],
  };
}

/** Calls with numbers that look like somebody's product: two months, eight customers, every kind of trouble. */
export function productHistory(): Booking[] {
  const random = numbers(7);
  const between = (low: number, high: number): number => Math.round(low + (high - low) * random());
  const history: Booking[] = [];
  const add = (
    customer: string | undefined,
    feature: string,
    perDay: number,
    size: number,
    growth = 0,
  ): void => {
    for (let day = Date.parse("2026-08-28T00:00:00Z"); day < NOW; day += 86_400_000) {
      const weekday = new Date(day).getUTCDay();
      const rest = weekday === 0 || weekday === 6 ? 0.3 : 1;
      const grown = 1 + (growth * (day - Date.parse("2026-08-28T00:00:00Z"))) / (53 * 86_400_000);
      const calls = Math.round(perDay * rest * grown * (0.6 + 0.8 * random()));
      for (let i = 0; i < calls; i++) {
        const at = day + between(6 * 3_600_000, 20 * 3_600_000);
        if (at >= NOW) continue;
        const big = random() < 0.2;
        history.push(
          bookingOf({
            customer,
            feature,
            at,
            ...(big
              ? { provider: "anthropic", model: "claude-opus-5" }
              : { model: random() < 0.5 ? "gpt-4o" : "gpt-5-mini" }),
            units: [
              ["input", between(size * 400, size * 4000)],
              ["cache_read", between(0, size * 2000)],
              ["output", between(size * 60, size * 700)],
            ],
          }),
        );
      }
    }
  };
  add("northwind", "assistant", 16, 40);
  add("northwind", "search", 10, 10);
  add("acme", "assistant", 9, 22);
  add("acme", "summaries", 5, 60);
  add("lumen-labs", "agent", 4, 90, 9);
  add("blue-harbor", "search", 9, 6);
  add("quiet-co", "assistant", 1, 8);
  add("tiny", "autocomplete", 2, 0.02);
  add("ferro-gmbh", "summaries", 4, 18);
  add(undefined, "search", 2, 12);
  return [...history, ...troubles()];
}

function troubles(): Booking[] {
  const at = "2026-10-14T13:00:00Z";
  const unpriced = Array.from({ length: 14 }, () =>
    bookingOf({ customer: "blue-harbor", model: "gpt-6-preview", at }),
  );
  const torn = usageOf([["input", 42_000]], {
    quality: "partial",
    lowerBound: true,
    notes: ["stream_ended_early"],
  });
  const trace = "f".repeat(32);
  return [
    ...unpriced,
    bookingOf({
      customer: "acme",
      feature: undefined,
      at,
      units: [
        ["input", 5000],
        ["holograms", 2],
      ],
    }),
    bookingOf({ customer: "acme", at, call: { usage: torn, outcome: "aborted" } }),
    bookingOf({ customer: "acme", at, call: { outcome: "error" } }),
    bookingOf({
      customer: "acme",
      at,
      call: { traceId: trace, spanId: "2".repeat(16), parentSpanId: "1".repeat(16), scope: "openai" },
      ancestors: ["1".repeat(16)],
    }),
    bookingOf({ customer: "acme", at, call: { traceId: trace, spanId: "1".repeat(16), scope: "langchain" } }),
  ];
}

/** Who the customers of `productHistory` are. */
export const PRODUCT_CUSTOMERS: Customers = new Map(
  [
    customerOf({
      id: "northwind",
      name: "Northwind Traders",
      plan: "Business",
      revenue: [{ monthly: "499" }],
      budget: "250",
    }),
    customerOf({
      id: "acme",
      name: "Acme Corporation",
      plan: "Pro",
      revenue: [{ monthly: "199" }],
      budget: "120",
    }),
    customerOf({
      id: "lumen-labs",
      name: "Lumen Labs",
      plan: "Flat",
      revenue: [{ monthly: "49" }],
      budget: "40",
    }),
    customerOf({ id: "blue-harbor", name: "Blue Harbor", plan: "Pro", revenue: [{ monthly: "199" }] }),
    customerOf({ id: "quiet-co", name: "Quiet & Co", plan: "Business", revenue: [{ monthly: "499" }] }),
    customerOf({ id: "ferro-gmbh", name: "Ferro GmbH" }),
  ].map((customer) => [customer.id, customer]),
);

/** A ledger with calls in it, to look at; close it at the end. */
export interface Seeded {
  readonly view: OperatorView;
  readonly reader: LedgerReader;
  readonly ledger: Ledger;
  readonly close: () => Promise<void>;
}

/** Books calls into a new ledger. */
export async function seeded(
  bookings: readonly Booking[],
  change: Partial<OperatorView> = {},
): Promise<Seeded> {
  const path = join(mkdtempSync(join(tmpdir(), "keeptabs-operator-")), "ledger.db");
  const ledger = await Ledger.open(path);
  await ledger.append(bookings, BigInt(NOW) * 1_000_000n);
  const reader = LedgerReader.open(path);
  return {
    reader,
    view: { reader, customers: new Map(), timeZone: ZONE, now: () => NOW, ...change },
    ledger,
    close: async () => {
      reader.close();
      await ledger.close();
    },
  };
}

/** The same numbers in [0, 1) each time (a linear congruential generator). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
