import type { Selection } from "@keeptabs/processor";
import { Progress } from "../progress.ts";
import { type Terminal, WrongUse } from "../terminal.ts";
import type { Input } from "./input.ts";
import { FileBroken, type Item, itemsOf } from "./items.ts";
import type { SourcedSpan, Target } from "./ledger-target.ts";
import { PositionFile } from "./position.ts";
import { fieldProblem, formatOf, IMPORT_FORMATS, type ImportFormat, ItemReader } from "./reading.ts";
import { RejectedFile } from "./rejected-file.ts";
import type { Tally } from "./tally.ts";

/** How a file is imported. */
export interface FileImport {
  readonly target: Target;
  readonly tally: Tally;
  readonly terminal: Terminal;
  /** Undefined: the first record tells. */
  readonly format: ImportFormat | undefined;
  readonly fields: { readonly customerField?: string; readonly featureField?: string };
  /** Undefined: that which our own lines name, and `default` for all else. */
  readonly source: string | undefined;
  readonly selection: Selection;
  /** The path beside which the position is kept; undefined: it is not, and nothing is written beside the file. */
  readonly keptBeside: string | undefined;
  readonly to: string | undefined;
}

/** The source whose spans the ingest port takes where nothing else is configured, so that both know each other's calls. */
const DEFAULT_SOURCE = "default";
/** Spans that are booked in one transaction. */
const BATCH = 2_000;

/**
 * Imports one file. Resolves with why it could not be read to its end, where that is so; what was before is booked.
 * Rejects with WrongUse for a file of no known format.
 */
export async function importFile(input: Input, how: FileImport): Promise<string | undefined> {
  const { tally, target, fields } = how;
  const position =
    how.keptBeside === undefined
      ? undefined
      : new PositionFile(how.keptBeside, input, [
          how.format,
          how.source,
          fields.customerField,
          fields.featureField,
          how.to,
        ]);
  const before = position?.load();
  const progress = new Progress(how.terminal);
  const rejects =
    position === undefined
      ? undefined
      : new RejectedFile(`${input.path}.rejected.jsonl`, before?.rejectedBytes ?? 0);
  tally.rejected += before?.rejected ?? 0;
  const rejectedHere = { count: before?.rejected ?? 0 };
  let reader: ItemReader | undefined;
  let items = 0;
  let spans: SourcedSpan[] = [];
  const flush = async (): Promise<void> => {
    await target.take(spans);
    spans = [];
    if (reader === undefined || position === undefined) return;
    rejects?.sync();
    const problem = position.save({
      format: reader.format,
      items,
      rejected: rejectedHere.count,
      rejectedBytes: rejects?.bytes ?? 0,
    });
    if (problem !== undefined) {
      how.terminal.err(
        `keeptabs: ${input.path}: an import that is broken off will begin at the beginning: ${problem}\n`,
      );
    }
  };
  try {
    for await (const item of itemsOf(input)) {
      reader ??= readerFor(input, item, before?.format ?? how.format, how);
      items += 1;
      if (items <= (before?.items ?? 0)) continue;
      const reading = reader.read(item);
      for (const { span, source } of reading.spans) {
        spans.push({ span, source: how.source ?? source ?? DEFAULT_SOURCE });
      }
      rejects?.add(reading.rejected);
      rejectedHere.count += reading.rejected.length;
      tally.rejected += reading.rejected.length;
      tally.records += reading.spans.length + reading.rejected.length + reading.others;
      tally.others += reading.others;
      if (spans.length >= BATCH) await flush();
      progress.show(tally.records, "records", input.size === 0 ? 1 : input.bytesRead() / input.size);
    }
    await flush();
    if (reader === undefined) return "is empty";
    position?.remove();
    return undefined;
  } catch (error) {
    if (!(error instanceof FileBroken)) throw error;
    await flush();
    position?.remove();
    const where = items === 0 ? "" : ` after ${items} ${items === 1 ? "record" : "records"}, which were read`;
    return `can't be read on${where}: ${error.message}`;
  } finally {
    progress.end();
    rejects?.close();
  }
}

function readerFor(input: Input, first: Item, known: ImportFormat | undefined, how: FileImport): ItemReader {
  const format = known ?? formatOf(first);
  if (format === undefined) {
    throw new WrongUse(
      `${input.path}: ${first.place} is in no format that is known; name one with --format: ${IMPORT_FORMATS.join(", ")}`,
    );
  }
  for (const [option, field] of [
    ["--customer-field", how.fields.customerField],
    ["--feature-field", how.fields.featureField],
  ] as const) {
    const problem = field === undefined ? undefined : fieldProblem(format, field);
    if (problem !== undefined) throw new WrongUse(`${option}: ${problem}`);
  }
  return new ItemReader(format, how.fields, how.selection);
}
