/** Orders in which calls are listed. */
export const CALL_ORDERS = ["newest", "dearest"] as const;
export type CallOrder = (typeof CALL_ORDERS)[number];

/** Where a list of calls goes on: after the call with these values. */
export interface CallsCursor {
  readonly order: CallOrder;
  /** `newest`: when the call ended, in nanoseconds. `dearest`: its net cost, whole nano-USD and the rest. */
  readonly at: readonly bigint[];
  /** The number of the entry, which tells calls apart that are equal in everything else. */
  readonly entry: bigint;
  /** The last adjustment that the order heeds: what is repriced later keeps its place. */
  readonly adjustment: bigint;
}

const LENGTHS: Readonly<Record<CallOrder, number>> = { newest: 1, dearest: 2 };
const MAX_TEXT = 200;
const INT64 = 2n ** 63n;

/** A cursor as text, of letters, digits, `-` and `_` only. */
export function encodeCursor({ order, at, entry, adjustment }: CallsCursor): string {
  return Buffer.from([order, ...at, entry, adjustment].join(":")).toString("base64url");
}

/** Reads what `encodeCursor` wrote. Throws RangeError that names the cursor when it is none, or one of another order. */
export function decodeCursor(text: string, wanted: CallOrder): CallsCursor {
  const plain = text.length <= MAX_TEXT ? Buffer.from(text, "base64url").toString() : "";
  const [word = "", ...numbers] = plain.split(":");
  const order = CALL_ORDERS.find((one) => one === word);
  const sound = numbers.every((number) => /^\d{1,19}$/.test(number) && BigInt(number) < INT64);
  if (order === undefined || !sound || numbers.length !== LENGTHS[order] + 2) {
    throw new RangeError(`cursor: "${text.slice(0, 40)}" is none that a list of calls gave`);
  }
  if (order !== wanted) {
    throw new RangeError(`cursor: it belongs to a list in the order "${order}", not "${wanted}"`);
  }
  const values = numbers.map(BigInt);
  return { order, at: values.slice(0, -2), entry: values.at(-2) ?? 0n, adjustment: values.at(-1) ?? 0n };
}
