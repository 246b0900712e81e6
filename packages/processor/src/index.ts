export { hashOfToken, mintToken, type OnRefusal, tokenProblem } from "./access/index.ts";
export { type Forgotten, forgetCustomer } from "./administration.ts";
export { type Batch, type BookingRules, batchOf as bookingsOfSpans } from "./booking.ts";
export {
  type Config,
  ConfigError,
  configJsonSchema,
  defaultConfig,
  parseConfig,
  readConfig,
} from "./config.ts";
export { type Examination, examineExport, type Finding } from "./examine.ts";
export { LEDGER_FAMILIES, type LedgerFamily, type MetricFamily } from "./metrics/catalogue.ts";
export { callExplained } from "./operator/api/calls.ts";
export { type OperatorView, renderReport } from "./operator/index.ts";
export {
  compileSelection,
  DecodeError,
  decodeTraces,
  type OtlpEncoding,
  type Selection,
} from "./otlp/index.ts";
export { PriceFileError, PriceSource } from "./price-source.ts";
export { type Processor, type ProcessorOptions, StartError, startProcessor } from "./processor.ts";
export { type RepricedCalls, repriceCalls } from "./repricing.ts";
