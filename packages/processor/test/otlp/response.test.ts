import { describe, expect, it } from "vitest";
import { encodeStatus, encodeTraceResponse } from "../../src/otlp/index.ts";
import { RpcStatus, TraceResponse } from "./official-schema.ts";

const options = { longs: String };

describe("answers to an export", () => {
  it("full success is the empty message", () => {
    expect(encodeTraceResponse("protobuf")).toHaveLength(0);
    expect(encodeTraceResponse("json").toString()).toBe("{}");
  });

  it.each([1, 127, 128, 3_000_000_000])(
    "partial success with %d rejected spans says so in both encodings",
    (rejectedSpans) => {
      const partial = { rejectedSpans, errorMessage: "Span 3 …: trace_id must be 16 bytes, got 4." };
      const expected = {
        partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage: partial.errorMessage },
      };
      const protobuf = TraceResponse.decode(encodeTraceResponse("protobuf", partial));
      expect(TraceResponse.toObject(protobuf, options)).toEqual(expected);
      expect(JSON.parse(encodeTraceResponse("json", partial).toString())).toEqual(expected);
    },
  );

  it("a status has the code of gRPC and the message in both encodings", () => {
    const message = `"Quoted" <text> ${"ä".repeat(100)}`;
    expect(RpcStatus.toObject(RpcStatus.decode(encodeStatus("protobuf", 3, message)))).toEqual({
      code: 3,
      message,
    });
    expect(JSON.parse(encodeStatus("json", 3, message).toString())).toEqual({ code: 3, message });
  });

  it("a message is bounded and well formed", () => {
    const message = `\ud800${"x".repeat(5_000_000)}`;
    for (const encoding of ["protobuf", "json"] as const) {
      expect(encodeStatus(encoding, 13, message).length).toBeLessThan(4096);
      expect(encodeStatus(encoding, 13, message).toString()).toContain("\ufffdxxx");
    }
  });
});
