import { LedgerError } from "@keeptabs/ledger";
import { ConfigError, PriceFileError, StartError } from "@keeptabs/processor";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { backup } from "./backup.ts";
import { type DoctorOptions, doctor } from "./doctor.ts";
import { EXPLAIN_EXAMPLES, type ExplainOptions, explain } from "./explain.ts";
import { EXPORT_HELP, type ExportOptions, exportCalls } from "./export.ts";
import { FORGET_HELP, type ForgetOptions, forget } from "./forget.ts";
import { IMPORT_HELP, type ImportOptions, importCalls } from "./import.ts";
import { type MarginOptions, margin } from "./margin.ts";
import {
  checkPrices,
  type DiffOptions,
  diffPrices,
  importPrices,
  listPrices,
  type ShowOptions,
  showPrice,
} from "./prices.ts";
import { GROUPS, REPORT_EXAMPLES, type ReportOptions, report } from "./report.ts";
import { type RepriceOptions, reprice } from "./reprice.ts";
import { type ServeOptions, serve } from "./serve.ts";
import type { CommonOptions } from "./settings.ts";
import { EXIT_DONE, EXIT_FOUND, EXIT_WRONG_USE, NotDone, type Terminal, WrongUse } from "./terminal.ts";
import { type TokenOptions, token } from "./token.ts";
import { type VerifyOptions, verify } from "./verify.ts";

/** Runs the command line and returns the exit code: 0 done, 1 found a problem or could not do it, 2 wrong use. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  let exit = EXIT_DONE;
  const program = programFor(terminal, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_DONE : EXIT_WRONG_USE;
    if (error instanceof ConfigError || error instanceof PriceFileError || error instanceof WrongUse) {
      terminal.err(`keeptabs: ${error.message}\n`);
      return EXIT_WRONG_USE;
    }
    if (error instanceof LedgerError || error instanceof StartError || error instanceof NotDone) {
      terminal.err(`keeptabs: ${error.message}\n`);
      return EXIT_FOUND;
    }
    const trouble = troubleBelow(error);
    if (trouble === undefined) throw error;
    terminal.err(`keeptabs: ${trouble}\n`);
    return EXIT_FOUND;
  }
}

/** What is wrong with the disk or a file on it; undefined for an error of ours. */
function troubleBelow(error: unknown): string | undefined {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (code === "ERR_SQLITE_ERROR")
    return `the ledger can't be read: ${message}; \`keeptabs verify\` tells what is wrong with it`;
  return syscall === undefined ? undefined : message;
}

function programFor(terminal: Terminal, exit: (code: number) => void): Command {
  const program = new Command("keeptabs")
    .description("Keeps tabs on what every customer of an AI product costs to serve.")
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showSuggestionAfterError()
    .showHelpAfterError("(run with --help to see what there is)");

  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option("--config <file>", "configuration file (default: keeptabs.yaml, if there is one)")
      .option("--ledger <file>", "ledger file (default: keeptabs.db)");

  command("serve", "take spans over OTLP/HTTP, book them, serve metrics and the report page")
    .option("--ingest-host <address>", "address for spans (default: 127.0.0.1)")
    .option("--ingest-port <port>", "port for spans (default: 4318)", portOption)
    .option("--operator-host <address>", "address for metrics and reports (default: 127.0.0.1)")
    .option("--operator-port <port>", "port for metrics and reports (default: 9464)", portOption)
    .action(async (options: ServeOptions) => exit(await serve(options, terminal)));

  command("report", "show what the calls of a period cost, or used, and by whom")
    .option("--month <YYYY-MM>", "month to report (default: the current one)")
    .option("--from <day or instant>", "in place of a month: the first instant")
    .option("--to <day or instant>", "and the first one after the period")
    .option("--time-zone <zone>", "IANA time zone of days and months (default: the configured one)")
    .option("--customer <id>", "only this customer")
    .option("--feature <name>", "only this feature")
    .option("--provider <name>", "only this provider")
    .option("--model <name>", "only this model")
    .option(
      "--group-by <list>",
      `any of ${GROUPS.join(", ")}; unit shows quantities in place of cost`,
      "customer",
    )
    .option("--top <number>", "only so many groups, the dearest, and all others as one")
    .option("--booked-after <day or instant>", "list what came into the period later than this")
    .option("--exact", "show every digit")
    .option("--json", "machine-readable")
    .option("--csv", "for a spreadsheet, with every digit")
    .addHelpText("after", REPORT_EXAMPLES)
    .action((options: ReportOptions) => exit(report(options, terminal)));

  command("margin", "show cost beside revenue for each customer of a month")
    .option("--month <YYYY-MM>", "month to report (default: the current one)")
    .option("--json", "machine-readable")
    .action((options: MarginOptions) => exit(margin(options, terminal)));

  command("explain", "show one call's charge line by line")
    .argument("<trace>", "trace id, 32 hex digits")
    .argument("<span>", "span id, 16 hex digits")
    .option("--json", "machine-readable")
    .addHelpText("after", EXPLAIN_EXAMPLES)
    .action((trace: string, span: string, options: ExplainOptions) =>
      exit(explain(trace, span, options, terminal)),
    );

  command("reprice", "charge calls of a period by today's prices and book the difference")
    .requiredOption("--from <day or instant>", "first instant; a day begins at midnight UTC")
    .requiredOption("--to <day or instant>", "first instant after the period")
    .option("--reason <text>", "why, for the adjustments", "prices were corrected")
    .option("--dry-run", "only show the difference; may run beside the processor")
    .option("--processor <url>", "have a running processor do it, by the prices that it has")
    .option("--token <token>", "admin token for --processor (better: KEEPTABS_TOKEN)")
    .option("--json", "machine-readable")
    .action(async (options: RepriceOptions) => exit(await reprice(options, terminal)));

  command("forget", "replace a customer's identity by a pseudonym, for ever; the money stays")
    .argument("<customer>", "exact id")
    .option("--yes", "do not ask")
    .option("--processor <url>", "have a running processor do it")
    .option("--token <token>", "admin token for --processor (better: KEEPTABS_TOKEN)")
    .option("--json", "machine-readable")
    .addHelpText("after", FORGET_HELP)
    .action(async (customer: string, options: ForgetOptions) =>
      exit(await forget(customer, options, terminal)),
    );

  command(
    "import",
    "book the calls that files hold: OTLP, our own lines, LiteLLM's spend logs, Langfuse's observations",
  )
    .argument("<files...>", "JSON, JSON Lines, CSV or protobuf, also .gz or .zst")
    .option("--format <name>", "otlp, keeptabs, litellm or langfuse (default: the first record tells)")
    .option("--source <name>", "ingest source of the calls (default: default, as for live spans)")
    .option("--customer-field <field>", "LiteLLM, Langfuse: the field that names the customer, and no other")
    .option("--feature-field <field>", "LiteLLM, Langfuse: the field that names the feature before any other")
    .option("--dry-run", "only show what would be booked; may run beside the processor")
    .option("--to <url>", "send the calls to a running processor instead")
    .option("--token <token>", "bearer token for --to (better: KEEPTABS_TOKEN)")
    .option("--json", "machine-readable")
    .addHelpText("after", IMPORT_HELP)
    .action(async (files: string[], options: ImportOptions) =>
      exit(await importCalls(files, options, terminal)),
    );

  command("export", "write the calls of a period out: JSON Lines, CSV, Parquet, or FOCUS")
    .option("--format <name>", "jsonl, csv, parquet or focus", "jsonl")
    .option("--month <YYYY-MM>", "month to export (default: the current one)")
    .option("--from <day or instant>", "first instant; a day begins at midnight in the time zone of reports")
    .option("--to <day or instant>", "first instant after the period")
    .option("--customer <id>", "only this customer")
    .option("--output <file>", "file to write (default: standard output)")
    .option("--force", "replace the file if it exists")
    .option("--billing-account <id>", "BillingAccountId of FOCUS", "keeptabs")
    .addHelpText("after", EXPORT_HELP)
    .action((options: ExportOptions) => exit(exportCalls(options, terminal)));

  addPrices(program, terminal, exit);

  command(
    "verify",
    "check the ledger against its chain of hashes, its anchor and its sums; exits with 1 if it is damaged",
  )
    .option("--accept", "go on with the ledger as it is, after a restore or a damage that is known")
    .option("--json", "machine-readable")
    .action((options: VerifyOptions) => exit(verify(options, terminal)));

  command(
    "backup",
    "copy the ledger into a new file, also while a processor writes to it, and verify the copy",
  )
    .argument("<file>", "where to; it must not exist")
    .action((file: string, options: CommonOptions) => exit(backup(file, options, terminal)));

  command("doctor", "tell what Keeptabs understands of a file of spans, and what is missing")
    .requiredOption("--spans <file>", "OTLP export: JSON, JSON lines or protobuf")
    .option("--json", "machine-readable")
    .action((options: DoctorOptions) => exit(doctor(options, terminal)));

  program
    .command("token")
    .description("make a token for sending spans or reading figures, and its line for the configuration")
    .requiredOption("--name <name>", "what it is called; tokens of one name may replace each other")
    .requiredOption("--role <role>", "ingest (sends spans), read (sees figures) or admin")
    .option("--source <name>", "for ingest: what its calls are booked under (default: the name)")
    .option("--customer <id>", "for read: see this customer only")
    .option("--json", "machine-readable")
    .action((options: TokenOptions) => exit(token(options, terminal)));

  return program;
}

function addPrices(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  const prices = program
    .command("prices")
    .description("look into the price book, check it, and compare it with others'");
  const configured = (command: Command): Command =>
    command.option("--config <file>", "configuration file (default: keeptabs.yaml, if there is one)");
  prices
    .command("list")
    .description("list the models of our own sheets")
    .option("--provider <name>", "only this provider, as in gen_ai.provider.name")
    .option("--json", "machine-readable")
    .action((options: { provider?: string; json?: boolean }) => exit(listPrices(options, terminal)));
  configured(prices.command("show").description("show every rate of a model, with its source"))
    .argument("<provider>", "as in gen_ai.provider.name")
    .argument("<model>", "exact name")
    .option("--at <day or instant>", "as it was then; a day begins at midnight UTC (default: now)")
    .option("--json", "machine-readable")
    .action((provider: string, model: string, options: ShowOptions) =>
      exit(showPrice(provider, model, options, terminal)),
    );
  configured(
    prices
      .command("check")
      .description("name prices not checked lately, and models in the ledger without one"),
  )
    .option("--ledger <file>", "ledger file (default: keeptabs.db)")
    .option("--days <number>", "how long ago is too long (default: 60)", daysOption)
    .action((options: CommonOptions & { days?: number }) => exit(checkPrices(options, terminal)));
  prices
    .command("diff")
    .description(
      "name every price on which our sheets and another catalogue disagree (default: genai-prices)",
    )
    .option("--litellm <file>", "LiteLLM's model_prices_and_context_window.json")
    .option("--models-dev <file>", "models.dev's api.json")
    .option("--json", "machine-readable")
    .action((options: DiffOptions) => exit(diffPrices(options, terminal)));
  prices
    .command("import")
    .description("check a price file of your own and tell how to use it")
    .argument("<file>", "JSON, a list of sheets as in docs/adding-a-model.md")
    .action((file: string) => exit(importPrices(file, terminal)));
}

function daysOption(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError("must be a number of days");
  return Number(text);
}

function portOption(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError("must be a port from 0 to 65535");
  return port;
}
