import { daysOf, monthsOf, type Period } from "./calendar.ts";

/** The unit of time of a table of sums; units are numbered from 1970 on. */
export interface Grain {
  readonly unit: "day" | "hour";
  readonly ms: number;
}

export const HOURS: Grain = { unit: "hour", ms: 3_600_000 };
/** Days of UTC. */
export const DAYS: Grain = { unit: "day", ms: 86_400_000 };

/** A stretch `[from, until)` of one slice, in units of a grain or in Unix milliseconds. */
export interface Stretch {
  readonly slice: number;
  readonly from: number;
  readonly until: number;
}

/** Stretches of one grain, or of entries where there is none, to be added or taken away. */
export interface Piece {
  readonly grain: Grain | undefined;
  readonly sign: 1 | -1;
  readonly stretches: Stretch[];
}

/** The parts of a period that are summed apart: its days, its months, or the whole of it. */
export function slicesOf(
  period: Pick<Period, "fromMs" | "untilMs">,
  by: "day" | "month" | undefined,
  timeZone: string,
): readonly Period[] {
  if (by === "day") return daysOf(period, timeZone);
  return by === "month" ? monthsOf(period, timeZone) : [{ ...period, name: "" }];
}

/**
 * Puts each slice together from whole units of the coarsest grain, as near to its ends as they come; what that is too
 * little is added, and what it is too much taken away, in units of the next grain, and at last in entries.
 */
export function piecesOf(slices: readonly Period[], grains: readonly Grain[]): readonly Piece[] {
  const pieces: Piece[] = [];
  const put = (grain: Grain | undefined, sign: 1 | -1, stretch: Stretch): void => {
    const known = pieces.find((piece) => piece.grain === grain && piece.sign === sign);
    if (known === undefined) pieces.push({ grain, sign, stretches: [stretch] });
    else known.stretches.push(stretch);
  };
  const cut = (stretch: Stretch, sign: 1 | -1, [grain, ...finer]: readonly Grain[]): void => {
    const { slice, from, until } = stretch;
    if (from > until)
      cut(
        { slice, from: until, until: from },
        sign === 1 ? -1 : 1,
        grain === undefined ? [] : [grain, ...finer],
      );
    if (from >= until) return;
    if (grain === undefined) {
      put(undefined, sign, stretch);
      return;
    }
    const first = Math.round(from / grain.ms);
    const end = Math.round(until / grain.ms);
    if (first >= end) {
      cut(stretch, sign, finer);
      return;
    }
    put(grain, sign, { slice, from: first, until: end });
    cut({ slice, from, until: first * grain.ms }, sign, finer);
    cut({ slice, from: end * grain.ms, until }, sign, finer);
  };
  for (const [slice, { fromMs, untilMs }] of slices.entries())
    cut({ slice, from: fromMs, until: untilMs }, 1, grains);
  return pieces;
}
