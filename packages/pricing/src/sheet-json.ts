import { fieldOf, namesOf } from "./catalogues/json.ts";
import type { PriceSheet } from "./price.ts";
import { PriceBook } from "./price-book.ts";

/**
 * Reads price sheets out of parsed JSON in the shape of `PriceSheet[]`: a price file of the user's own.
 *
 * Throws RangeError naming provider, model and field for anything that is missing, of the wrong kind or unknown
 * (a misspelt field must not be read as an absent one), and for everything that a price book refuses: rates
 * that are no decimals, instants without a zone, models listed twice.
 */
export function priceSheetsFromJson(json: unknown): readonly PriceSheet[] {
  const list = arrayIn(json, "price file");
  for (const [index, sheet] of list.entries()) checkSheet(sheet, `sheet ${index + 1}`);
  const sheets = list as readonly PriceSheet[];
  // Compiling checks the values; the book itself is made by whoever loads the file.
  new PriceBook(sheets);
  return sheets;
}

/** What a field may hold; `where` is how errors name it. */
type Check = (value: unknown, where: string) => void;

interface Fields {
  readonly [field: string]: { readonly check: Check; readonly required?: true };
}

const text: Check = (value, where) => {
  if (typeof value !== "string" || value === "") throw new RangeError(`${where}: must be a text`);
};

const yes: Check = (value, where) => {
  if (value !== true) throw new RangeError(`${where}: must be true or left out`);
};

const number: Check = (value, where) => {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new RangeError(`${where}: must be a number`);
};

function arrayIn(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new RangeError(`${where}: must be a list`);
  return value;
}

/** A list whose items are all checked; `least` is how many there must be. */
function listOf(check: Check, least = 0): Check {
  return (value, where) => {
    const list = arrayIn(value, where);
    if (list.length < least) throw new RangeError(`${where}: must not be empty`);
    for (const [index, item] of list.entries()) check(item, `${where} ${index + 1}`);
  };
}

/** An object with these fields and no other. */
function record(fields: Fields): Check {
  return (value, where) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new RangeError(`${where}: must be an object`);
    for (const name of namesOf(value)) {
      if (!Object.hasOwn(fields, name)) throw new RangeError(`${where}: there is no field "${name}"`);
    }
    for (const [name, { check, required }] of Object.entries(fields)) {
      const field = fieldOf(value, name);
      if (field !== undefined) check(field, `${where} ${name}`);
      else if (required === true) throw new RangeError(`${where}: ${name} is missing`);
    }
  };
}

/** One of two kinds of value: the first when the value is a text. */
function textOr(check: Check): Check {
  return (value, where) => {
    if (typeof value === "string") text(value, where);
    else check(value, where);
  };
}

const rate: Check = textOr(
  record({
    usd: { check: text, required: true },
    per: { check: number, required: true },
    minimum: { check: number },
  }),
);

const rates: Check = (value, where) => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RangeError(`${where}: must be an object of rates by unit`);
  for (const unit of namesOf(value)) rate(fieldOf(value, unit), `${where} ${unit}`);
};

const BOUNDARIES = ["over", "from", "under", "upTo"];

const range: Check = (value, where) => {
  const [boundary, ...rest] = namesOf(value);
  if (boundary === undefined || rest.length > 0 || !BOUNDARIES.includes(boundary))
    throw new RangeError(`${where}: must have one of ${BOUNDARIES.join(", ")}`);
  number(fieldOf(value, boundary), `${where} ${boundary}`);
};

const condition: Check = record({
  serviceTier: { check: textOr(listOf(text, 1)) },
  batch: { check: yes },
  speed: { check: text },
  region: { check: listOf(text, 1) },
  imageSize: { check: textOr(listOf(text, 1)) },
  promptTokens: { check: range },
  utcHours: {
    check: listOf(
      record({ from: { check: number, required: true }, until: { check: number, required: true } }),
      1,
    ),
  },
  utcWeekdays: { check: listOf(number, 1) },
  exceptDays: { check: listOf(text) },
});

const price: Check = record({
  from: { check: text },
  until: { check: text },
  source: { check: text, required: true },
  checked: { check: text, required: true },
  note: { check: text },
  free: { check: text },
  regions: { check: listOf(text, 1) },
  rates: { check: rates, required: true },
  variants: {
    check: listOf(
      record({
        when: { check: condition, required: true },
        rates: { check: rates, required: true },
        source: { check: text },
        checked: { check: text },
      }),
    ),
  },
  factors: {
    check: listOf(
      record({
        when: { check: condition, required: true },
        by: { check: text, required: true },
        units: { check: listOf(text, 1) },
      }),
    ),
  },
});

const model: Check = record({
  models: { check: listOf(text, 1), required: true },
  prices: { check: listOf(price, 1), required: true },
  withoutTools: { check: yes },
});

const alias: Check = record({
  name: { check: text, required: true },
  source: { check: text, required: true },
  checked: { check: text, required: true },
  stoodFor: {
    check: listOf(record({ model: { check: text, required: true }, from: { check: text } }), 1),
    required: true,
  },
});

/** Checks a sheet with the provider and the model's first name in what errors say. */
function checkSheet(sheet: unknown, where: string): void {
  const provider = fieldOf(sheet, "provider");
  const named = typeof provider === "string" && provider !== "" ? provider : where;
  const models: Check = (list) => {
    for (const [index, entry] of arrayIn(list, `${named} models`).entries()) {
      const first = fieldOf(fieldOf(entry, "models"), "0");
      model(entry, typeof first === "string" ? `${named} ${first}` : `${named} model ${index + 1}`);
    }
  };
  record({
    provider: { check: text, required: true },
    models: { check: models, required: true },
    aliases: { check: listOf(alias) },
    tools: { check: listOf(price) },
  })(sheet, named);
}
