/** Protobuf written by hand, so that tests can write what no encoder would. */

/** A varint, in more bytes than needed when `bytes` says so. */
export function varint(value: number | bigint, bytes = 0): Buffer {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n || out.length + 1 < bytes) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Buffer.from(out);
}

export function bytesField(field: number, body: Uint8Array | string, lengthBytes = 0): Buffer {
  const bytes = Buffer.from(body as Uint8Array);
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length, lengthBytes), bytes]);
}

export function varintField(field: number, value: number | bigint, bytes = 0): Buffer {
  return Buffer.concat([varint(field * 8), varint(value, bytes)]);
}

export function fixed64Field(field: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([varint(field * 8 + 1), bytes]);
}

export function fixed32Field(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return Buffer.concat([varint(field * 8 + 5), bytes]);
}

export function keyValue(key: string, ...values: readonly Buffer[]): Buffer {
  return Buffer.concat([bytesField(1, key), ...values.map((value) => bytesField(2, value))]);
}

export const stringValue = (text: string): Buffer => bytesField(1, text);
export const intValue = (value: number | bigint): Buffer => varintField(3, value);
export const arrayValue = (...items: readonly Buffer[]): Buffer =>
  bytesField(5, Buffer.concat(items.map((item) => bytesField(1, item))));

export const TRACE_ID: Buffer = Buffer.from("0102030405060708090a0b0c0d0e0f10", "hex");
export const SPAN_ID: Buffer = Buffer.from("a1a2a3a4a5a6a7a8", "hex");

/** A span with valid ids and these fields besides. */
export function span(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat([bytesField(1, TRACE_ID), bytesField(2, SPAN_ID), ...fields]);
}

export function attribute(key: string, ...values: readonly Buffer[]): Buffer {
  return bytesField(9, keyValue(key, ...values));
}

/** A request with one resource and scope, without their details, and these spans. */
export function request(...spans: readonly Buffer[]): Buffer {
  return bytesField(1, bytesField(2, Buffer.concat(spans.map((body) => bytesField(2, body)))));
}
