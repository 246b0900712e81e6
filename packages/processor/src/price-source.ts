import { readFileSync, unwatchFile, watchFile } from "node:fs";
import { defaultPriceBook, PriceBook, type PriceLayer, priceSheetsFromJson } from "@keeptabs/pricing";
import { genaiPricesLayer } from "@keeptabs/pricing/genai-prices";
import type { PriceConfig } from "./price-config.ts";

/** A price file can't be used; the message names the file and what is wrong in it. */
export class PriceFileError extends Error {
  override readonly name = "PriceFileError";
}

/** How often price files are looked at for changes. */
const WATCH_MS = 2_000;

/**
 * The price book in force: the user's price files, our sheets, then genai-prices. A file that changes is
 * loaded without a restart; one that is broken then is refused, and the book from before stays.
 */
export class PriceSource {
  readonly #config: PriceConfig;
  #book: PriceBook;

  private constructor(config: PriceConfig) {
    this.#config = config;
    this.#book = bookOf(config);
  }

  /** Throws PriceFileError when a file is missing or broken. */
  static open(config: PriceConfig): PriceSource {
    return new PriceSource(config);
  }

  get book(): PriceBook {
    return this.#book;
  }

  /** Loads all files again. Throws PriceFileError, and keeps the book as it was. */
  reload(): void {
    this.#book = bookOf(this.#config);
  }

  /** Reloads on changes and tells of each; returns the function that ends it. */
  watch(tell: (file: string, problem?: string) => void): () => void {
    for (const file of this.#config.files) {
      watchFile(file, { interval: WATCH_MS, persistent: false }, () => {
        try {
          this.reload();
          tell(file);
        } catch (error) {
          tell(file, (error as Error).message);
        }
      });
    }
    return () => {
      for (const file of this.#config.files) unwatchFile(file);
    };
  }
}

function bookOf({ files, genaiPrices, names }: PriceConfig): PriceBook {
  const own: PriceLayer[] = files.map((file) => new PriceBook(sheetsOf(file)));
  const rest = genaiPrices ? [genaiPricesLayer()] : [];
  return PriceBook.layered([...own, defaultPriceBook(), ...rest], names);
}

function sheetsOf(file: string): ReturnType<typeof priceSheetsFromJson> {
  try {
    return priceSheetsFromJson(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new PriceFileError(`price file ${file}: ${(error as Error).message}`, { cause: error });
  }
}
