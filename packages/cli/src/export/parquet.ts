import type { Entry } from "@keeptabs/ledger";
import type { AttoUsd } from "@keeptabs/pricing";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { Output } from "./output.ts";

/** Rows that are held until they are written as one group. */
const ROW_GROUP = 50_000;

type Value = string | bigint | boolean | undefined;
type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]["schema"][number];

interface Column {
  readonly element: SchemaElement;
  readonly read: (entry: Entry) => Value;
}

function column(name: string, type: Partial<SchemaElement>, read: Column["read"]): Column {
  return { element: { name, repetition_type: "OPTIONAL", ...type } as SchemaElement, read };
}

const TEXT: Partial<SchemaElement> = { type: "BYTE_ARRAY", converted_type: "UTF8" };
/** Money as a whole number of 1e-18 USD, which is how it is reckoned. */
const MONEY: Partial<SchemaElement> = {
  type: "FIXED_LEN_BYTE_ARRAY",
  type_length: 16,
  converted_type: "DECIMAL",
  precision: 38,
  scale: 18,
};
const INSTANT: Partial<SchemaElement> = {
  type: "INT64",
  logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "NANOS" },
};

/** What has no price costs something that is not known. */
function known({ kind }: Entry, amount: AttoUsd): bigint | undefined {
  return kind === "unpriced" ? undefined : amount;
}

const COLUMNS: readonly Column[] = [
  column("trace_id", TEXT, (entry) => entry.traceId),
  column("span_id", TEXT, (entry) => entry.spanId),
  column("source", TEXT, (entry) => entry.source),
  column("started_at", INSTANT, (entry) => entry.startedAt),
  column("occurred_at", INSTANT, (entry) => entry.occurredAt),
  column("booked_at", INSTANT, (entry) => entry.bookedAt),
  column("customer", TEXT, (entry) => entry.customer),
  column("feature", TEXT, (entry) => entry.feature),
  column("provider", TEXT, (entry) => entry.provider),
  column("request_model", TEXT, (entry) => entry.requestModel),
  column("response_model", TEXT, (entry) => entry.responseModel),
  column("operation", TEXT, (entry) => entry.operation),
  column("response_id", TEXT, (entry) => entry.responseId),
  column("dialect", TEXT, (entry) => entry.dialect),
  column("scope", TEXT, (entry) => entry.scope),
  column("outcome", TEXT, (entry) => entry.outcome),
  column("status", TEXT, (entry) => entry.kind),
  column("reason", TEXT, (entry) => entry.reason),
  column("usage_quality", TEXT, (entry) => entry.quality),
  column("lower_bound", { type: "BOOLEAN" }, (entry) => entry.lowerBound),
  column("quantities", { type: "BYTE_ARRAY", converted_type: "UTF8" }, (entry) =>
    JSON.stringify(Object.fromEntries(entry.quantities)),
  ),
  column("list_cost_usd", MONEY, (entry) => known(entry, entry.list)),
  column("cost_usd", MONEY, (entry) => known(entry, entry.net)),
  column("cost_source", TEXT, (entry) => entry.costSource),
  column("price_version", TEXT, (entry) => entry.priceVersion),
];

/** Writes calls as Parquet, a group of rows at a time. */
export class ParquetCalls {
  readonly #output: Output;
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  #rows: Entry[] = [];

  constructor(output: Output) {
    this.#output = output;
    const elements = COLUMNS.map(({ element }) => element);
    const schema: SchemaElement[] = [{ name: "call", num_children: elements.length }, ...elements];
    this.#writer = new ParquetWriter({ writer: this.#bytes, schema, createdBy: "keeptabs" });
  }

  add(entry: Entry): void {
    this.#rows.push(entry);
    if (this.#rows.length === ROW_GROUP) this.#writeRows();
  }

  finish(): void {
    if (this.#rows.length > 0) this.#writeRows();
    atOnce(this.#writer.finish());
    this.#flush();
  }

  #writeRows(): void {
    const rows = this.#rows;
    this.#rows = [];
    const columnData = COLUMNS.map(({ element, read }) => ({
      name: element.name,
      data: rows.map(read),
    }));
    atOnce(this.#writer.write({ columnData, rowGroupSize: rows.length }));
    this.#flush();
  }

  /** Passes on what is encoded. The writer keeps count of all bytes in `offset`; `index` is where it stands in the buffer. */
  #flush(): void {
    this.#output.write(this.#bytes.getBytes());
    this.#bytes.index = 0;
  }
}

/** The writer takes its time only where its bytes do; ours are in memory. */
function atOnce(result: unknown): void {
  if (result instanceof Promise) throw new TypeError("Parquet was not written at once");
}
