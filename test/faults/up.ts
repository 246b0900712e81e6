/** Something that is there at times: whoever needs it waits until it is. */
export class WhenUp<T> {
  #value: T | undefined;
  #waiting: ((value: T) => void)[] = [];

  /** Resolves at once while it is up, else when it comes up. */
  get(): Promise<T> {
    const value = this.#value;
    return value === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(value);
  }

  set(value: T): void {
    this.#value = value;
    for (const resolve of this.#waiting.splice(0)) resolve(value);
  }

  down(): void {
    this.#value = undefined;
  }
}
