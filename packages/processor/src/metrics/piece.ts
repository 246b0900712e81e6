/** Bytes of the exposition. They stay as they are while somebody holds them, and may change afterwards. */
export class Piece {
  readonly bytes: Buffer;
  #holders = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get isHeld(): boolean {
    return this.#holders > 0;
  }

  hold(): this {
    this.#holders += 1;
    return this;
  }

  release(): void {
    this.#holders -= 1;
  }
}
