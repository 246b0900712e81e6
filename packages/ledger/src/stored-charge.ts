import { type Charge, type ChargeLine, formatUsd, parseUsd } from "@keeptabs/pricing";

/** A charge as the ledger keeps it. */
export interface StoredCharge extends Pick<Charge, "status" | "source" | "list" | "net" | "lines"> {
  readonly reason: string | undefined;
  readonly priceVersion: string | undefined;
}

/** Money is text in JSON: a number would lose digits. */
type LineJson = Omit<ChargeLine, "amount" | "agreement"> & {
  readonly amount: string;
  readonly agreement?: Omit<NonNullable<ChargeLine["agreement"]>, "net"> & { readonly net: string };
};

interface ChargeJson {
  readonly status: Charge["status"];
  readonly reason?: string;
  readonly source: Charge["source"];
  readonly list: string;
  readonly net: string;
  readonly price?: string;
  readonly lines: readonly LineJson[];
}

/** A charge as JSON text. */
export function encodeCharge(charge: Charge): string {
  const lines = charge.lines.map(
    ({ amount, agreement, ...line }): LineJson => ({
      ...line,
      amount: formatUsd(amount),
      ...(agreement === undefined ? {} : { agreement: { ...agreement, net: formatUsd(agreement.net) } }),
    }),
  );
  const json: ChargeJson = {
    status: charge.status,
    ...(charge.reason === undefined ? {} : { reason: charge.reason }),
    source: charge.source,
    list: formatUsd(charge.list),
    net: formatUsd(charge.net),
    ...(charge.priceVersion === undefined ? {} : { price: charge.priceVersion }),
    lines,
  };
  return JSON.stringify(json);
}

/** Reads back what `encodeCharge` wrote. */
export function decodeCharge(text: string): StoredCharge {
  const { status, reason, source, list, net, price, lines } = JSON.parse(text) as ChargeJson;
  return {
    status,
    reason,
    source,
    list: parseUsd(list),
    net: parseUsd(net),
    priceVersion: price,
    lines: lines.map(
      ({ amount, agreement, ...line }): ChargeLine => ({
        ...line,
        amount: parseUsd(amount),
        ...(agreement === undefined ? {} : { agreement: { ...agreement, net: parseUsd(agreement.net) } }),
      }),
    ),
  };
}
