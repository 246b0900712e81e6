import { readFileSync } from "node:fs";
import protobuf from "protobufjs";

/** OTLP's messages as protobufjs reads and writes them: the oracle for our own reader. */
const root: protobuf.Root = protobuf.parse(
  readFileSync(new URL("./fixtures/otlp-traces.proto", import.meta.url), "utf8"),
).root;

export const TraceRequest: protobuf.Type = root.lookupType("otlp.ExportTraceServiceRequest");
export const TraceResponse: protobuf.Type = root.lookupType("otlp.ExportTraceServiceResponse");
export const RpcStatus: protobuf.Type = root.lookupType("otlp.RpcStatus");
