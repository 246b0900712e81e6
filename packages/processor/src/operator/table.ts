import { EMPTY, type Html, type HtmlPart, html } from "./html.ts";

/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly numeric?: boolean;
  /** Sentences or a picture, which take a whole line where the screen is narrow. */
  readonly wide?: "prose" | "picture";
  /** Names the row; one column of a table does. */
  readonly rowHeader?: boolean;
  /** Where the heading leads to sort by this column, and how it is sorted now. */
  readonly sort?: { readonly href: string; readonly state: "ascending" | "descending" | "none" };
  readonly cell: (row: Row) => HtmlPart;
  /** What stands below the column. */
  readonly foot?: HtmlPart;
}

/** A table that says what it shows. */
export interface Table<Row> {
  readonly caption: HtmlPart;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Takes no more width than few columns need. */
  readonly small?: boolean;
  readonly rowClass?: (row: Row) => string | undefined;
}

/**
 * A table with caption and scopes. On a narrow screen its rows become blocks and each cell shows its
 * column's title (`data-label`); browsers then forget that it is a table, hence the roles.
 */
export function table<Row>({ caption, columns, rows, small, rowClass }: Table<Row>): Html {
  const hasFoot = columns.some(({ foot }) => foot !== undefined);
  return html`<table role="table"${classOf(sizeOf(columns.length, small === true))}><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(heading)}</tr></thead>
<tbody role="rowgroup">${rows.map(
    (row) => html`
<tr role="row"${classOf(rowClass?.(row))}>${columns.map((column) => cell(column, column.cell(row)))}</tr>`,
  )}
</tbody>${
    hasFoot
      ? html`
<tfoot role="rowgroup"><tr role="row">${columns.map((column) => cell(column, column.foot))}</tr></tfoot>`
      : EMPTY
  }
</table>`;
}

/** Many columns need more room than most screens between a telephone's and a desk's have. */
function sizeOf(columns: number, small: boolean): string | undefined {
  if (small) return "small";
  return columns >= 8 ? "wide" : undefined;
}

function heading<Row>({ title, numeric, wide, sort }: Column<Row>): Html {
  const state = sort === undefined || sort.state === "none" ? EMPTY : html` aria-sort="${sort.state}"`;
  const text = sort === undefined ? title : html`<a href="${sort.href}">${title}</a>`;
  return html`<th role="columnheader" scope="col"${classOf(numeric === true ? "n" : wide)}${state}>${text}</th>`;
}

function cell<Row>({ title, numeric, wide, rowHeader }: Column<Row>, content: HtmlPart): Html {
  const classes = classOf(numeric === true ? "n" : wide);
  if (rowHeader === true) return html`<th role="rowheader" scope="row"${classes}>${content}</th>`;
  return html`<td role="cell" data-label="${title}"${classes}>${content}</td>`;
}

function classOf(name: string | undefined): Html {
  return name === undefined ? EMPTY : html` class="${name}"`;
}
