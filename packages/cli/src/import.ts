import { basename } from "node:path";
import { LedgerError, realPath } from "@keeptabs/ledger";
import { formatUsd } from "@keeptabs/pricing";
import { compileSelection, PriceSource } from "@keeptabs/processor";
import { attributesReadWith, readIdentity } from "@keeptabs/usage";
import { counted } from "./counted.ts";
import { importFile } from "./import/file.ts";
import { inputAt } from "./import/input.ts";
import { copyOfLedger, LedgerTarget, type Target } from "./import/ledger-target.ts";
import { NotSent, ProcessorTarget } from "./import/processor-target.ts";
import { fieldProblem, IMPORT_FORMATS, type ImportFormat } from "./import/reading.ts";
import { Tally } from "./import/tally.ts";
import { type CommonOptions, configFor } from "./settings.ts";
import { table } from "./table.ts";
import { EXIT_DONE, EXIT_FOUND, type Terminal, WrongUse } from "./terminal.ts";

/** Options of `keeptabs import`. */
export interface ImportOptions extends CommonOptions {
  readonly format?: string;
  readonly source?: string;
  readonly customerField?: string;
  readonly featureField?: string;
  readonly to?: string;
  readonly token?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** What `--help` adds. */
export const IMPORT_HELP = `
Fields of --customer-field and --feature-field:
  LiteLLM   end_user, user, team_id, organization_id, api_key, key_alias, metadata.KEY, tag:NAME
  Langfuse  userId, sessionId, traceName, environment, metadata.KEY, tag:NAME
Without them the attribution rules of keeptabs.yaml find both, as they do for live spans.

The same file imported twice changes nothing, and an import that was killed goes on where it was. What can't be read is
told in FILE.rejected.jsonl; the rest is booked. A dry run tries the import out on a copy of the ledger beside it.

Examples:
  keeptabs import spans.jsonl.gz
  keeptabs import spend-logs.csv --customer-field end_user --dry-run
  keeptabs import traces.json observations.json --customer-field metadata.tenant
  keeptabs import calls.jsonl --ledger restored.db
  KEEPTABS_TOKEN=… keeptabs import spend-logs.json --to http://127.0.0.1:4318
`;

/** Customers that a dry run lists. */
const SHOWN = 10;

/**
 * Books the calls in files of other tools, of OpenTelemetry's, and of our own: into the ledger's file, or by way of
 * a processor that runs. Exits with 1 when a record could not be read.
 */
export async function importCalls(
  files: readonly string[],
  options: ImportOptions,
  terminal: Terminal,
): Promise<number> {
  check(options);
  const config = configFor(options);
  const inputs = files.map(inputAt);
  const now = (): bigint => BigInt(terminal.now()) * 1_000_000n;
  const tally = new Tally();
  const rules = {
    priceBook: PriceSource.open(config.prices).book,
    overrides: config.prices.overrides,
    attribution: config.attribution,
  };
  const copy = options.dryRun === true ? await copyOfLedger(config.ledgerPath) : undefined;
  const warn = (message: string): void => terminal.err(`keeptabs: ${message}\n`);
  let target: Target | undefined;
  let found = false;
  const withRejected: string[] = [];
  try {
    target =
      options.to === undefined
        ? await LedgerTarget.open(copy?.path ?? config.ledgerPath, rules, tally, now)
        : new ProcessorTarget(options.to, options.token ?? process.env["KEEPTABS_TOKEN"], tally, warn);
    for (const input of inputs) {
      const rejectedBefore = tally.rejected;
      const problem = await importFile(input, {
        target,
        tally,
        terminal,
        format: options.format as ImportFormat | undefined,
        fields: {
          ...(options.customerField === undefined ? {} : { customerField: options.customerField }),
          ...(options.featureField === undefined ? {} : { featureField: options.featureField }),
        },
        source: options.source,
        selection: compileSelection(attributesReadWith(config.attribution)),
        keptBeside:
          copy !== undefined
            ? undefined
            : options.to === undefined
              ? realPath(config.ledgerPath)
              : input.path,
        to: options.to,
      });
      if (tally.rejected > rejectedBefore) withRejected.push(input.path);
      if (problem !== undefined) {
        warn(`${input.path}: ${problem}`);
        found = true;
      }
    }
    await target.finish();
  } catch (error) {
    if (error instanceof NotSent) {
      warn(`${error.message}. What was taken is safe: run the same command again to go on.`);
      return EXIT_FOUND;
    }
    throw explained(error, files, config.ingest);
  } finally {
    await target?.close();
    copy?.remove();
  }
  terminal.out(options.json === true ? asJson(tally, options) : asText(tally, withRejected, options));
  return found || tally.rejected > 0 ? EXIT_FOUND : EXIT_DONE;
}

/** Throws WrongUse for options that can't be, or do not go together. */
function check({ format, source, customerField, featureField, to, token, dryRun }: ImportOptions): void {
  if (format !== undefined && !IMPORT_FORMATS.includes(format as ImportFormat))
    throw new WrongUse(`--format: "${format}" is none of ${IMPORT_FORMATS.join(", ")}`);
  if (to !== undefined && dryRun === true) throw new WrongUse("--dry-run: does not go with --to");
  if (to !== undefined && source !== undefined)
    throw new WrongUse("--source: with --to the processor names the source, by the token");
  if (token !== undefined && to === undefined) throw new WrongUse("--token: is for --to");
  if (source !== undefined && readIdentity(source).kind === "refused")
    throw new WrongUse(`--source: "${source}" can't be a name`);
  for (const [option, field] of [
    ["--customer-field", customerField],
    ["--feature-field", featureField],
  ] as const) {
    if (field === undefined) continue;
    // Without a format the first record tells it, and the field is checked then.
    if (format === undefined) continue;
    const problem = fieldProblem(format as ImportFormat, field);
    if (problem !== undefined) throw new WrongUse(`${option}: ${problem}`);
  }
}

/** A ledger that is being written to is told how to reach it. */
function explained(
  error: unknown,
  files: readonly string[],
  { host, port }: { readonly host: string; readonly port: number },
): unknown {
  if (!(error instanceof LedgerError) || !error.message.includes("another process is writing")) return error;
  const how = `keeptabs import ${files.join(" ")} --to http://${host}:${port}`;
  return new LedgerError(`${error.message}. Send the calls to it instead: ${how}`, { cause: error });
}

function asText(tally: Tally, withRejected: readonly string[], options: ImportOptions): string {
  const facts = [counted(tally.records, "record", "records")];
  if (options.to !== undefined) facts.push(`${counted(tally.sent, "span", "spans")} sent`);
  else {
    const cost = `${formatUsd(tally.cost)} USD`;
    facts.push(
      `${counted(tally.booked, "call", "calls")} ${options.dryRun === true ? "would be " : ""}booked, ${cost}`,
    );
  }
  if (tally.unpriced !== 0) facts.push(`${tally.unpriced.toLocaleString("en")} of them without a price`);
  if (tally.covered > 0)
    facts.push(counted(tally.covered, "second description of a call", "second descriptions of calls"));
  if (tally.duplicates > 0) facts.push(`${tally.duplicates.toLocaleString("en")} booked before`);
  if (tally.conflicts > 0)
    facts.push(`${tally.conflicts.toLocaleString("en")} booked before with other content and kept aside`);
  if (tally.others > 0) facts.push(`${tally.others.toLocaleString("en")} no calls`);
  if (tally.rejected > 0) {
    const where = withRejected.map((file) => `${basename(file)}.rejected.jsonl`).join(", ");
    facts.push(
      `${tally.rejected.toLocaleString("en")} rejected${options.dryRun === true ? "" : `, see ${where}`}`,
    );
  }
  return `${facts.join("; ")}.\n${options.dryRun === true ? dryRunTable(tally) : ""}`;
}

function dryRunTable(tally: Tally): string {
  const rows = tally.dearest(SHOWN);
  const columns = [
    { heading: "customer" },
    { heading: "calls", numeric: true },
    { heading: "cost USD", numeric: true },
  ];
  const text = table(
    columns,
    rows.map(([customer, calls, cost]) => [customer, String(calls), formatUsd(cost)]),
  );
  const more = tally.customers.size - rows.length;
  return `\n${text}${more > 0 ? `and ${more} more\n` : ""}\nA dry run: nothing was booked.\n`;
}

function asJson(tally: Tally, { dryRun, to }: ImportOptions): string {
  const json = {
    dry_run: dryRun === true,
    records: tally.records,
    rejected: tally.rejected,
    no_calls: tally.others,
    ...(to === undefined
      ? {
          booked: tally.booked,
          cost_usd: formatUsd(tally.cost),
          unpriced: tally.unpriced,
          covered: tally.covered,
          booked_before: tally.duplicates,
          conflicts: tally.conflicts,
          customers: tally
            .dearest(dryRun === true ? SHOWN : tally.customers.size)
            .map(([customer, calls, cost]) => ({ customer, calls, cost_usd: formatUsd(cost) })),
        }
      : { sent: tally.sent }),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
