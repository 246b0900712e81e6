/** What the load is to do. */
export interface Order {
  readonly port: number;
  /** The server's, whose CPU time is read. */
  readonly pid: number;
  readonly connections: number;
  readonly warmUp: Enough;
  readonly measure: Enough;
}

/** So much CPU time of the server, or, where it gets less of it, so much time. */
export interface Enough {
  readonly cpuMs: number;
  readonly ms: number;
}

/** What came of it. */
export interface Measured {
  /** Requests that were answered with 200 in all: the first so many. */
  readonly sent: number;
  /** Those of them that were answered while the clock ran, and what follows is of them. */
  readonly counted: number;
  readonly seconds: number;
  /** Milliseconds of CPU time of the server, by the names of its threads. */
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export function sumOf(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((sum, part) => sum + part, 0);
}
