import { acceptLedger, type Verification, verifyLedger } from "@keeptabs/ledger";
import { counted } from "./counted.ts";
import { type CommonOptions, configFor, requireLedger } from "./settings.ts";
import { EXIT_DONE, EXIT_FOUND, type Terminal } from "./terminal.ts";

/** Options of `keeptabs verify`. */
export interface VerifyOptions extends CommonOptions {
  readonly accept?: boolean;
  readonly json?: boolean;
}

/** Examines the ledger and tells what is wrong with it. Exits with 1 when something is. */
export function verify(options: VerifyOptions, terminal: Terminal): number {
  const { ledgerPath } = configFor(options);
  requireLedger(ledgerPath);
  const found = verifyLedger(ledgerPath, (batch, of) => {
    if (terminal.isTerminal) terminal.err(`\rBatch ${batch} of ${of}${batch === of ? "\n" : ""}`);
  });
  if (options.json === true) {
    const accepted = options.accept === true ? acceptLedger(ledgerPath).seq : undefined;
    terminal.out(asJson(found, accepted));
  } else {
    terminal.out(asText(ledgerPath, found));
    if (options.accept === true)
      terminal.out(`The ledger is accepted as it is, up to batch ${acceptLedger(ledgerPath).seq}.\n`);
  }
  return options.accept === true || found.problems.length === 0 ? EXIT_DONE : EXIT_FOUND;
}

function asText(path: string, { problems, ...found }: Verification): string {
  const facts = [
    counted(found.batches, "batch", "batches"),
    counted(found.entries, "entry", "entries"),
    counted(found.adjustments, "adjustment", "adjustments"),
  ];
  if (found.forgotten > 0) facts.push(`${counted(found.forgotten, "customer", "customers")} forgotten`);
  const size = facts.join(", ");
  if (problems.length === 0) {
    return `${path} is intact: ${size}.\nEverything up to its last batch hashes to ${found.head}\n`;
  }
  const hint = "\nRestore a backup, or accept the ledger as it is with --accept. See docs/ledger.md\n";
  return `${path} is not as it was written (${size}):\n${problems.map((problem) => `• ${problem}\n`).join("")}${hint}`;
}

function asJson(
  { batches, entries, adjustments, forgotten, head, problems }: Verification,
  accepted: number | undefined,
): string {
  const json = {
    intact: problems.length === 0,
    batches,
    entries,
    adjustments,
    forgotten,
    head,
    problems,
    ...(accepted === undefined ? {} : { accepted_batch: accepted }),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
