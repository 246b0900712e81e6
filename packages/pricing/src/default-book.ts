import { PriceBook } from "./price-book.ts";
import { SHEETS } from "./sheets/index.ts";

let book: PriceBook | undefined;

/** The price book of this release, compiled once. */
export function defaultPriceBook(): PriceBook {
  book ??= new PriceBook(SHEETS);
  return book;
}
