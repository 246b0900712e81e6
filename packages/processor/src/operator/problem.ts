/** What is wrong with one field of a request. */
export interface FieldError {
  readonly field: string;
  readonly detail: string;
}

const TITLES: ReadonlyMap<number, string> = new Map([
  [400, "Bad Request"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [405, "Method Not Allowed"],
  [429, "Too Many Requests"],
  [500, "Internal Server Error"],
  [503, "Service Unavailable"],
]);

/** Why a request is not answered with what it asked for; RFC 9457 problem details once it is sent. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly errors: readonly FieldError[];
  /** That the answer is to carry besides. */
  readonly headers: Readonly<Record<string, string | string[]>>;

  constructor(
    status: number,
    detail: string,
    errors: readonly FieldError[] = [],
    headers: Readonly<Record<string, string | string[]>> = {},
  ) {
    super(detail);
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }

  get title(): string {
    return TITLES.get(this.status) ?? "Error";
  }

  toJSON(): Readonly<Record<string, unknown>> {
    return {
      type: "about:blank",
      title: this.title,
      status: this.status,
      detail: this.message,
      ...(this.errors.length === 0 ? {} : { errors: this.errors }),
    };
  }
}

/** A 400 that names the fields. */
export function badFields(errors: readonly FieldError[]): Problem {
  return new Problem(400, errors.map(({ field, detail }) => `${field}: ${detail}`).join("; "), errors);
}
