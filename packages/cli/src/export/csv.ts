/** What a spreadsheet would take for the beginning of a formula, also in full width. */
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;

/** A cell of CSV. A number is written as it is; `-0.5` begins like a formula and is none. */
export type Cell =
  | { readonly kind: "text"; readonly text: string | null }
  | { readonly kind: "number"; readonly digits: string | null };

/** A text, which may come from outside. */
export function text(value: string | null | undefined): Cell {
  return { kind: "text", text: value ?? null };
}

/** A number as decimal digits, exact. */
export function number(digits: string | null | undefined): Cell {
  return { kind: "number", digits: digits ?? null };
}

/** A row of CSV by RFC 4180, with its end. What has no value is empty; a text that could be a formula gets a `'` in front. */
export function csvRow(cells: readonly Cell[]): string {
  return `${cells.map(written).join(",")}\r\n`;
}

function written(cell: Cell): string {
  if (cell.kind === "number") return cell.digits ?? "";
  if (cell.text === null) return "";
  const safe = FORMULA.test(cell.text) ? `'${cell.text}` : cell.text;
  return /[",\r\n]/.test(safe) || safe === "" ? `"${safe.replaceAll('"', '""')}"` : safe;
}
