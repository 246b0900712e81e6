/** Says which of two rows comes first. */
export type Compare<Row> = (a: Row, b: Row) => number;

const NAMES = new Intl.Collator("en", { numeric: true });

/** By a name as people sort names. Names that look alike are in the order of their letters' numbers. */
export function byName<Row>(name: (row: Row) => string, id: (row: Row) => string = name): Compare<Row> {
  return (a, b) => NAMES.compare(name(a), name(b)) || (id(a) < id(b) ? -1 : 1);
}

/** By a figure, the highest first (-1) or the lowest (1). Unknown figures come last, equal ones as `then` says. */
export function byFigure<Row>(
  figure: (row: Row) => bigint | undefined,
  direction: 1 | -1,
  then: Compare<Row>,
): Compare<Row> {
  return (a, b) => {
    const [x, y] = [figure(a), figure(b)];
    if (x === y) return then(a, b);
    if (x === undefined) return 1;
    if (y === undefined) return -1;
    return x < y ? -direction : direction;
  };
}

/** True when a text contains what is looked for, in whatever case. */
export function contains(text: string, wanted: string): boolean {
  return folded(text).includes(folded(wanted));
}

function folded(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
