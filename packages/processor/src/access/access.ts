import { timingSafeEqual } from "node:crypto";
import { type Presented, presentedIn } from "./presented.ts";
import { hashOfToken, type Token } from "./token.ts";

/** Who sends spans. */
export interface Sender {
  readonly name: string;
  /** Under which its calls are booked. */
  readonly source: string;
}

/** Who looks at the ledger. */
export interface Reader {
  readonly name: string;
  readonly role: "read" | "admin";
  /** The only customer that may be seen; undefined for all. */
  readonly customer: string | undefined;
  /** False for credentials that a browser adds by itself, also to requests that another site made it send. */
  readonly deliberate: boolean;
}

/** Whether somebody is let in: `unknown` has shown no token or one that is not in force, `forbidden` one for something else. */
export type Admission<P> =
  | { readonly kind: "admitted"; readonly principal: P }
  | { readonly kind: "unknown" }
  | { readonly kind: "forbidden"; readonly name: string };

const OPEN_SENDER: Sender = { name: "anyone", source: "default" };
/** Without tokens everything can be read and nothing changed. */
const OPEN_READER: Reader = { name: "anyone", role: "read", customer: undefined, deliberate: true };

/** Who may do what, by the tokens of the configuration. A port without tokens for it is open. */
export class Access {
  readonly #byHash: ReadonlyMap<string, Token>;
  readonly ingestIsOpen: boolean;
  readonly operatorIsOpen: boolean;

  constructor(tokens: readonly Token[]) {
    this.#byHash = new Map(tokens.map((token) => [token.sha256, token]));
    this.ingestIsOpen = tokens.every(({ role }) => role !== "ingest");
    this.operatorIsOpen = tokens.every(({ role }) => role === "ingest");
  }

  /** Who sends spans with this Authorization header. */
  sender(authorization: string | undefined): Admission<Sender> {
    if (this.ingestIsOpen) return { kind: "admitted", principal: OPEN_SENDER };
    const token = this.#tokenOf(presentedIn(authorization));
    if (token === undefined) return { kind: "unknown" };
    if (token.role !== "ingest") return { kind: "forbidden", name: token.name };
    return { kind: "admitted", principal: { name: token.name, source: token.source } };
  }

  /** Who looks, with this Authorization header. */
  reader(authorization: string | undefined): Admission<Reader> {
    if (this.operatorIsOpen) return { kind: "admitted", principal: OPEN_READER };
    const presented = presentedIn(authorization);
    const token = this.#tokenOf(presented);
    if (token === undefined) return { kind: "unknown" };
    if (token.role === "ingest") return { kind: "forbidden", name: token.name };
    const customer = token.role === "read" ? token.customer : undefined;
    const deliberate = presented?.scheme === "bearer";
    return { kind: "admitted", principal: { name: token.name, role: token.role, customer, deliberate } };
  }

  /** Looks up by the hash, of which nobody can choose a part, and compares in constant time. */
  #tokenOf(presented: Presented | undefined): Token | undefined {
    if (presented === undefined) return undefined;
    const hash = hashOfToken(presented.secret);
    const token = this.#byHash.get(hash);
    if (token === undefined) return undefined;
    return timingSafeEqual(Buffer.from(token.sha256, "hex"), Buffer.from(hash, "hex")) ? token : undefined;
  }
}
