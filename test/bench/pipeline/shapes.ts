/** Traffic as it reaches a processor. */
export interface Shape {
  readonly name: string;
  readonly spans: number;
  /** Services whose spans are in one request. */
  readonly services: number;
  /** How many of the spans are LLM calls: all, or one in each of so many traces of a request. */
  readonly calls: "all" | number;
  readonly connections: number;
  /** Requests that are made before the clock starts, each with ids of its own, and from how many originals. */
  readonly bodies: number;
  readonly originals: number;
}

export const SHAPES: readonly Shape[] = [
  {
    name: "16 LLM spans a request, from an SDK",
    spans: 16,
    services: 1,
    calls: "all",
    connections: 64,
    bodies: 16_000,
    originals: 128,
  },
  {
    name: "512 LLM spans a request",
    spans: 512,
    services: 8,
    calls: "all",
    connections: 8,
    bodies: 640,
    originals: 4,
  },
  {
    name: "512 spans a request, 5 % of them LLM, from a Collector",
    spans: 512,
    services: 8,
    calls: 26,
    connections: 8,
    bodies: 1400,
    originals: 16,
  },
];

/** Calls in one request. */
export function callsIn({ calls, spans }: Shape): number {
  return calls === "all" ? spans : calls;
}
