/** A line of exposition text: name with labels, and the value as it is written. */
const LINE =
  /^(\w+(?:\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)*\})?) (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|Nan|[+-]Inf)$/;

/**
 * The series of an exposition with their values as plain decimals, without the zeros that only fill the width. Throws when
 * a line is not of the text format or a series stands there twice.
 */
export function samplesOf(text: string): ReadonlyMap<string, string> {
  const samples = new Map<string, string>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, series, value] = LINE.exec(line) ?? [];
    if (series === undefined || value === undefined) throw new Error(`not a sample: ${line}`);
    if (samples.has(series)) throw new Error(`a series is there twice: ${series}`);
    samples.set(series, plain(value));
  }
  return samples;
}

/** The value of a series, or undefined when it is not shown. */
export function sample(text: string, series: string): string | undefined {
  return samplesOf(text).get(series);
}

/** A sample's decimal in units of 1e-18. */
export function attoOf(value: string): bigint {
  const [, sign, whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(value) ?? [];
  if (whole === "") throw new Error(`not a plain decimal: ${value}`);
  const atto = BigInt(whole + fraction.padEnd(18, "0"));
  return sign === "-" ? -atto : atto;
}

function plain(value: string): string {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(value) ?? [];
  if (whole === "") return value;
  return `${sign}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}
