import { type Forgotten, forgetCustomer } from "@keeptabs/processor";
import { readIdentity } from "@keeptabs/usage";
import { askProcessor, type ProcessorOptions } from "./running-processor.ts";
import { type CommonOptions, configFor } from "./settings.ts";
import { EXIT_DONE, EXIT_FOUND, type Terminal, WrongUse } from "./terminal.ts";
import { ledgerToChange } from "./writable-ledger.ts";

/** Options of `keeptabs forget`. */
export interface ForgetOptions extends CommonOptions, ProcessorOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

export const FORGET_HELP = `
The money stays, under a pseudonym that nobody can lead back to the customer. This can't be undone. Backups and files
that were imported still hold the identity: delete them, or let them expire.

Examples:
  keeptabs forget acme
  KEEPTABS_TOKEN=… keeptabs forget acme --yes --processor http://127.0.0.1:9464
`;

/** Replaces a customer's identity for ever: in the ledger's file, or by way of a processor that runs. */
export async function forget(customer: string, options: ForgetOptions, terminal: Terminal): Promise<number> {
  const read = readIdentity(customer);
  if (read.kind === "refused") {
    throw new WrongUse(`"${customer}" can't be a customer's id: ${read.problem.replaceAll("_", " ")}`);
  }
  await requireConsent(read.id, options, terminal);
  const forgotten =
    options.processor === undefined
      ? await forgetInFile(read.id, options, terminal)
      : await forgetByProcessor(read.id, { ...options, processor: options.processor });
  if (forgotten === undefined) {
    terminal.err(`keeptabs: nobody knows a customer "${read.id}"\n`);
    return EXIT_FOUND;
  }
  terminal.out(options.json === true ? jsonOf(forgotten) : textOf(forgotten));
  return EXIT_DONE;
}

async function requireConsent(customer: string, { yes }: ForgetOptions, terminal: Terminal): Promise<void> {
  if (yes === true) return;
  if (terminal.ask === undefined) {
    throw new WrongUse("--yes: needed where nobody can be asked; a customer is forgotten for ever");
  }
  const answer = await terminal.ask(`Forget "${customer}" for ever? Type the id once more: `);
  if (answer.normalize("NFC") !== customer) throw new WrongUse("that is another id; nothing was changed");
}

async function forgetInFile(
  customer: string,
  options: ForgetOptions,
  terminal: Terminal,
): Promise<Forgotten | undefined> {
  const config = configFor(options);
  const ledger = await ledgerToChange(config);
  try {
    return await forgetCustomer(ledger, config, customer, terminal.now());
  } finally {
    await ledger.close();
  }
}

async function forgetByProcessor(
  customer: string,
  at: { readonly processor: string; readonly token?: string },
): Promise<Forgotten> {
  // An address loses these names, however they are written.
  if (customer === "." || customer === "..")
    throw new WrongUse(
      `"${customer}" can't stand in an address; stop the processor and leave out --processor`,
    );
  // That the processor does not know the customer is for it to say: an address that leads elsewhere answers 404 as well.
  const answer = await askProcessor(at, `/api/v1/customers/${encodeURIComponent(customer)}/forget`);
  return {
    inLedger: answer["in_ledger"] === true,
    filesRemoved: Number(answer["files_removed"]),
    namedInConfiguration: answer["named_in_configuration"] as readonly string[],
  };
}

function jsonOf({ inLedger, filesRemoved, namedInConfiguration }: Forgotten): string {
  const body = {
    in_ledger: inLedger,
    files_removed: filesRemoved,
    named_in_configuration: namedInConfiguration,
  };
  return `${JSON.stringify(body, undefined, 2)}\n`;
}

function textOf({ inLedger, filesRemoved, namedInConfiguration }: Forgotten): string {
  const files =
    filesRemoved === 0
      ? ""
      : `${filesRemoved} ${filesRemoved === 1 ? "file" : "files"} beside it held the id and ${filesRemoved === 1 ? "was" : "were"} removed.\n`;
  const named = namedInConfiguration.map((place) => `  ${place}\n`).join("");
  return (
    (inLedger
      ? "Forgotten. The ledger keeps the money under a pseudonym.\n"
      : "The ledger holds no call of this customer.\n") +
    files +
    (named === ""
      ? ""
      : `The configuration still names the customer; take it out of keeptabs.yaml:\n${named}`) +
    "Backups, and files that were imported, still hold the id.\n"
  );
}
