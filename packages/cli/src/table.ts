/** A column of a table: its heading, and whether it holds numbers, which stand to the right. */
export interface Column {
  readonly heading: string;
  readonly numeric?: boolean;
}

/** Lays rows out in columns for a terminal, with a line under the headings. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(printable));
  const widths = columns.map(({ heading }, i) =>
    Math.max(heading.length, ...clean.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ numeric }, i) => {
        const width = widths[i] ?? 0;
        const cell = cells[i] ?? "";
        return numeric === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [line(columns.map(({ heading }) => heading)), rule, ...clean.map(line)]
    .map((text) => `${text}\n`)
    .join("");
}

/** A name from outside may hold control sequences that would take over the terminal. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
