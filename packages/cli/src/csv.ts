/** A column of a CSV file, and whether its cells are numbers of ours. */
export interface CsvColumn {
  readonly heading: string;
  readonly numeric?: boolean;
}

/** What a spreadsheet takes for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/**
 * CSV as RFC 4180 has it. Names come from outside: one that a spreadsheet would run as a formula gets an apostrophe in
 * front, which makes it text. Numbers are ours and stay as they are, to the last digit.
 */
export function csv(columns: readonly CsvColumn[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string, i: number): string => {
    const safe = columns[i]?.numeric !== true && FORMULA.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [columns.map(({ heading }) => heading), ...rows.map((row) => row.map(cell))]
    .map((cells) => `${cells.join(",")}\r\n`)
    .join("");
}
