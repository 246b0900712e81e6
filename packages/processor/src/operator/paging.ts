import { count } from "./figures-text.ts";
import { EMPTY, type Html, html } from "./html.ts";

/** So many rows are read and drawn at once; the sums stay those of all. */
const PAGE_SIZE = 200;

/** A part of a long list. */
export interface Paged<Row> {
  readonly rows: readonly Row[];
  readonly page: number;
  readonly pages: number;
  /** How many rows stand before these. */
  readonly before: number;
  readonly all: number;
}

/** A page of rows, counted from 1; the last one when there are fewer. */
export function pageOf<Row>(rows: readonly Row[], asked: number): Paged<Row> {
  const pages = Math.max(Math.ceil(rows.length / PAGE_SIZE), 1);
  const page = Math.min(asked, pages);
  const before = (page - 1) * PAGE_SIZE;
  return { rows: rows.slice(before, before + PAGE_SIZE), page, pages, before, all: rows.length };
}

/** Leads to the pages before and after, and says which this is. Nothing where one page holds all. */
export function pageNavigation<Row>(
  { rows, page, pages, before, all }: Paged<Row>,
  label: string,
  href: (page: number) => string,
): Html {
  if (pages === 1) return EMPTY;
  const link = (to: number, rel: string, text: string): Html =>
    to < 1 || to > pages ? EMPTY : html`<a rel="${rel}" href="${href(to)}">${text}</a>`;
  return html`<nav class="pages" aria-label="${label}">${link(page - 1, "prev", "← Page before")}<span>${count(before + 1)} to ${count(before + rows.length)} of ${count(all)}</span>${link(page + 1, "next", "Next page →")}</nav>`;
}
