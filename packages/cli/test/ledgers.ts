import { LedgerReader } from "@keeptabs/ledger";
import { type AttoUsd, formatUsd, sumUsd } from "@keeptabs/pricing";

/** 2000 to 2100: all there is. */
const EVER = { fromMs: Date.parse("2000-01-01T00:00:00Z"), untilMs: Date.parse("2100-01-01T00:00:00Z") };

/** Customer, feature, provider and model with calls and cost, of everything in a ledger. */
export function totalsOf(path: string): string[] {
  return reading(path, (reader) =>
    reader
      .totals({ ...EVER, groupBy: ["customer", "feature", "provider", "model"] })
      .filter(({ calls, net }) => calls !== 0 || net !== 0n)
      .map(({ key, calls, net, unpricedCalls }) => [...key, calls, formatUsd(net), unpricedCalls].join("|"))
      .toSorted(),
  );
}

/** All money in a ledger. */
export function costOf(path: string): AttoUsd {
  return reading(path, (reader) => sumUsd(reader.totals({ ...EVER, groupBy: [] }).map(({ net }) => net)));
}

/** Every entry that counts, without when it was booked. */
export function entriesOf(path: string): string[] {
  return reading(path, (reader) =>
    reader
      .entries({ ...EVER, after: 0, limit: 1_000_000 })
      .map(({ id: _, bookedAt: __, ...entry }) =>
        JSON.stringify(entry, (_key, value) =>
          typeof value === "bigint" ? String(value) : value instanceof Map ? [...value] : value,
        ),
      )
      .toSorted(),
  );
}

function reading<T>(path: string, read: (reader: LedgerReader) => T): T {
  const reader = LedgerReader.open(path);
  try {
    return read(reader);
  } finally {
    reader.close();
  }
}
