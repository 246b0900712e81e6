import { hashOfToken, mintToken, tokenProblem } from "@keeptabs/processor";
import { EXIT_DONE, type Terminal, WrongUse } from "./terminal.ts";

/** Options of `keeptabs token`. */
export interface TokenOptions {
  readonly name: string;
  readonly role: string;
  readonly source?: string;
  readonly customer?: string;
  readonly json?: boolean;
}

/** Makes a token and shows it once, with the line of the configuration that lets it in. Throws WrongUse naming the option. */
export function token(options: TokenOptions, terminal: Terminal): number {
  const { name, role, customer } = options;
  const source = options.source ?? (role === "ingest" ? name : undefined);
  const secret = mintToken();
  const entry = {
    name,
    role,
    ...(source === undefined ? {} : { source }),
    ...(customer === undefined ? {} : { customer }),
    sha256: hashOfToken(secret),
  };
  const problem = tokenProblem(entry);
  if (problem !== undefined) throw new WrongUse(`--${problem}`);
  if (options.json === true) {
    terminal.out(`${JSON.stringify({ token: secret, ...entry })}\n`);
    return EXIT_DONE;
  }
  const fields = Object.entries(entry).map(([key, value]) => `${key}: ${yamlText(value)}`);
  terminal.out(
    `The token, which is shown this once and kept nowhere:\n\n${secret}\n\n` +
      `For keeptabs.yaml, under \`tokens:\`; then start the processor anew:\n\n  - { ${fields.join(", ")} }\n`,
  );
  return EXIT_DONE;
}

/** Text as YAML reads it back: words that it could take for something else are quoted. */
function yamlText(text: string): string {
  const plain = /^[a-z][a-z_-]*$/i.test(text) && !/^(null|true|false|yes|no|on|off|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}
