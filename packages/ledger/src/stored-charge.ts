import type { AttoUsd, Charge, ChargeLine } from "@keeptabs/pricing";
import { type RateText, rateOf, type SharedLine } from "./rates.ts";

/** A charge as the ledger keeps it. */
export interface StoredCharge extends Pick<Charge, "status" | "source" | "list" | "net" | "lines"> {
  readonly reason: string | undefined;
  readonly priceVersion: string | undefined;
}

/**
 * A charge in JSON: amounts are atto-USD as text, since a number would lose digits; 0 stands for what is
 * absent, and 1 for the price version that all lines' rates have. A line is the number of its rate, its quantity and its amount, and where they are there the
 * quantity that is billed and the net amount under an agreement.
 */
type ChargeJson = readonly [
  status: Charge["status"],
  source: Charge["source"],
  reason: string | 0,
  priceVersion: string | 0 | 1,
  list: string,
  net: string | 0,
  lines: readonly LineJson[],
];
type LineJson = readonly [rate: number, quantity: number, amount: string, billed?: number, agreed?: string];

/** A charge as JSON text; `use` hears of each rate that the text refers to. */
export function encodeCharge(charge: Charge | StoredCharge, use: (rate: RateText) => void): string {
  // Put together by hand: it is done for every call, and making the lists for JSON.stringify takes longer.
  let lines = "";
  for (const line of charge.lines) {
    const rate = rateOf(line);
    use(rate);
    const { quantity, billed, amount, agreement } = line;
    const shared = `[${rate.id},${quantity},"${amount}"`;
    const rest =
      agreement !== undefined
        ? `,${billed ?? quantity},"${agreement.net}"]`
        : billed === undefined
          ? "]"
          : `,${billed}]`;
    lines += lines === "" ? shared + rest : `,${shared}${rest}`;
  }
  const { status, source, reason, priceVersion, list, net } = charge;
  const version = isOfAllLines(charge) ? "1" : quotedOr0(priceVersion);
  const head = `["${status}","${source}",${quotedOr0(reason)},${version},"${list}"`;
  return `${head},${net === list ? "0" : `"${net}"`},[${lines}]]`;
}

function isOfAllLines({ priceVersion, lines }: Charge | StoredCharge): boolean {
  for (const line of lines) if (line.priceVersion !== priceVersion) return false;
  return lines.length > 0;
}

/** More texts than this in one process start the memory anew. */
const QUOTED_LIMIT = 1000;

const quoted = new Map<string, string>();

/** Reasons and price versions are few. */
function quotedOr0(text: string | undefined): string {
  if (text === undefined) return "0";
  const known = quoted.get(text);
  if (known !== undefined) return known;
  const made = JSON.stringify(text);
  if (quoted.size >= QUOTED_LIMIT) quoted.clear();
  quoted.set(text, made);
  return made;
}

/** Reads back what `encodeCharge` wrote; `rateText` gives the text of a rate by its number. */
export function decodeCharge(text: string, rateText: (id: number) => string): StoredCharge {
  const [status, source, reason, version, list, net, stored] = JSON.parse(text) as ChargeJson;
  const lines = stored.map((line) => decodeLine(line, rateText));
  const priceVersion = version === 1 ? lines[0]?.priceVersion : version;
  return {
    status,
    source,
    reason: reason === 0 ? undefined : reason,
    priceVersion: priceVersion === 0 ? undefined : priceVersion,
    list: atto(list),
    net: atto(net === 0 ? list : net),
    lines,
  };
}

/** What a charge says without its lines: enough to tell what is posted. */
export function decodeSum(text: string): Pick<StoredCharge, "status" | "reason" | "list" | "net"> {
  const [status, , reason, , list, net] = JSON.parse(text) as ChargeJson;
  return {
    status,
    reason: reason === 0 ? undefined : reason,
    list: atto(list),
    net: atto(net === 0 ? list : net),
  };
}

function decodeLine(
  [rate, quantity, amount, billed, agreed]: LineJson,
  rateText: (id: number) => string,
): ChargeLine {
  const { agreement, ...shared } = JSON.parse(rateText(rate)) as SharedLine;
  return {
    ...shared,
    quantity,
    ...(billed === undefined || billed === quantity ? {} : { billed }),
    amount: atto(amount),
    ...(agreement === undefined || agreed === undefined
      ? {}
      : { agreement: { ...agreement, net: atto(agreed) } }),
  };
}

function atto(text: string): AttoUsd {
  return BigInt(text) as AttoUsd;
}
