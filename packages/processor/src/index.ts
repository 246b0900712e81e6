export { hashOfToken, mintToken, type OnRefusal, tokenProblem } from "./access/index.ts";
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
export { type OperatorView, renderReport } from "./operator/index.ts";
export { DecodeError } from "./otlp/index.ts";
export { PriceFileError, PriceSource } from "./price-source.ts";
export { type Processor, type ProcessorOptions, StartError, startProcessor } from "./processor.ts";
