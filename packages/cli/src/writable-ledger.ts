import { Ledger, LedgerError } from "@keeptabs/ledger";
import type { Config } from "@keeptabs/processor";
import { requireLedger } from "./settings.ts";

/** Opens a ledger that is there for a change. Rejects with LedgerError; where a processor holds it, that says what to do. */
export async function ledgerToChange({ ledgerPath }: Pick<Config, "ledgerPath">): Promise<Ledger> {
  requireLedger(ledgerPath);
  try {
    return await Ledger.open(ledgerPath);
  } catch (error) {
    if (!(error instanceof LedgerError) || !error.message.startsWith("another process is writing"))
      throw error;
    throw new LedgerError(
      `${error.message}; if it is a processor, let that do it: --processor http://127.0.0.1:9464 with a token of role admin in KEEPTABS_TOKEN`,
      { cause: error },
    );
  }
}
