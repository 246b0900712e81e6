import type { Unit } from "../unit.ts";
import {
  type Circumstances,
  type CostClaim,
  missingUsage,
  type Quantities,
  type Usage,
  usageOf,
} from "../usage.ts";
import { decimalOf, isPositive } from "./decimal.ts";
import { count, field, text } from "./field.ts";
import type { RequestFacts, ResponseReading } from "./response.ts";

/** A part of something is larger than the whole: one of the two numbers is wrong, and nobody knows which. */
export const SUBSET_EXCEEDS_TOTAL = "subset_exceeds_total";

/** What one answer says, while it is being read. */
export class Tally {
  readonly #quantities = new Map<Unit, number>();
  readonly #otherModels: { readonly model: string; readonly quantities: Quantities }[] = [];
  readonly #notes = new Set<string>();
  readonly #claims: CostClaim[] = [];
  #circumstances: Circumstances;
  #known = false;
  #partial = false;
  #rejected: string | undefined;
  #problem: string | undefined;
  #free: string | undefined;

  constructor(facts: RequestFacts) {
    this.#circumstances = {
      ...(facts.batch === true ? { batch: true } : {}),
      ...(facts.region === undefined ? {} : { region: facts.region }),
    };
  }

  /** The count at a path. Absent and null are unknown; what is there and is no count is noted as well. */
  count(from: unknown, ...path: readonly string[]): number | undefined {
    const value = field(from, ...path);
    if (value === undefined || value === null) return undefined;
    const quantity = count(value);
    if (quantity === undefined) this.note(`unreadable:${path.join(".")}`);
    return quantity;
  }

  /** Adds to a unit. An unknown quantity adds nothing and does not count as reported. */
  add(unit: Unit, quantity: number | undefined): void {
    if (quantity === undefined) return;
    this.#known = true;
    this.#quantities.set(unit, (this.#quantities.get(unit) ?? 0) + quantity);
  }

  /** Adds the use of a tool that is billed beside the tokens. Alone it leaves the usage partial. */
  addTool(unit: Unit, uses: number): void {
    if (uses > 0) this.#quantities.set(unit, (this.#quantities.get(unit) ?? 0) + uses);
  }

  /** Adds what the same call consumed on another model. */
  addOther(model: string, quantities: Iterable<readonly [Unit, number]>): void {
    const usage = usageOf(quantities);
    if (usage.quantities.size > 0) this.#otherModels.push({ model, quantities: usage.quantities });
  }

  /** Sets circumstances that the answer states; unknown ones leave what the caller knows. */
  circumstances(stated: { readonly [key in keyof Circumstances]: Circumstances[key] | undefined }): void {
    const known = Object.entries(stated).filter(([, value]) => value !== undefined);
    this.#circumstances = { ...this.#circumstances, ...(Object.fromEntries(known) as Circumstances) };
  }

  /** Claims a cost. Zero is not a claim: it is what senders write when they do not know. */
  claim(source: CostClaim["source"], where: string, amount: unknown): void {
    const decimal = decimalOf(amount);
    if (decimal !== undefined && isPositive(decimal)) {
      this.#claims.push({ amount: decimal, source, field: where });
    }
  }

  note(note: string): void {
    this.#notes.add(note);
  }

  /** More was consumed than can be said. */
  partial(note: string): void {
    this.#partial = true;
    this.note(note);
  }

  /** The numbers contradict each other: none of them is kept. */
  reject(problem: string): void {
    this.#rejected ??= problem;
  }

  /** The numbers stand, but the price can't follow from them. */
  distrust(problem: string): void {
    this.#problem ??= problem;
  }

  free(reason: string): void {
    this.#free ??= reason;
  }

  get rejected(): boolean {
    return this.#rejected !== undefined;
  }

  usage(): Usage {
    const problem = this.#rejected ?? this.#problem;
    const rest = {
      circumstances: this.#circumstances,
      claims: this.#claims,
      notes: [...this.#notes],
      ...(this.#free === undefined ? {} : { free: this.#free }),
      ...(problem === undefined ? {} : { problem }),
    };
    const empty = !this.#known && this.#quantities.size === 0 && this.#otherModels.length === 0;
    if (this.#rejected !== undefined || empty) return missingUsage(rest);
    const partial = this.#partial || !this.#known;
    return usageOf(this.#quantities, {
      ...rest,
      otherModels: this.#otherModels,
      quality: partial ? "partial" : "reported",
      lowerBound: partial,
    });
  }

  /** The usage with the model and id that the answer names. */
  reading(model: unknown, id: unknown): ResponseReading {
    return { usage: this.usage(), responseModel: text(model), responseId: text(id) };
  }
}
