/** A piece of HTML that is safe to send: only this file makes one. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template: text is escaped, lists are joined, undefined leaves nothing. */
export type HtmlPart = string | number | bigint | Html | undefined | readonly HtmlPart[];

/** Nothing. */
export const EMPTY: Html = new Html("");

/**
 * Writes HTML in which every value is escaped unless it is `Html` already. Values may stand in text and
 * in double-quoted attributes, nowhere else.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let text = strings[0] ?? "";
  for (const [i, part] of parts.entries()) text += rendered(part) + (strings[i + 1] ?? "");
  return new Html(text);
}

/** Takes text as HTML as it stands. For our own constants only, never for anything that was received. */
export function trusted(text: string): Html {
  return new Html(text);
}

function rendered(part: HtmlPart): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.toString();
  if (typeof part === "object") return part.map(rendered).join("");
  return escapeHtml(String(part));
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
  ["`", "&#96;"],
]);

/** Text as it stands in HTML; what a browser can't show (control characters, lone surrogates) becomes U+FFFD. */
function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"'`]/g, (character) => ENTITIES.get(character) ?? character)
    .replace(/\p{Cc}/gu, (character) => (character === "\n" || character === "\t" ? character : "\uFFFD"));
}
