/** There is no room for more bodies at the moment. */
export class NoRoom extends Error {
  override readonly name = "NoRoom";
}

/** The bytes that one request has of what may be in flight. */
export interface Share {
  /** Takes as many more bytes as make `total`. Throws NoRoom, and keeps what it had. */
  cover(total: number): void;
  /** Gives back all but `total` bytes. */
  shrink(total: number): void;
}

/**
 * Bounds the bytes of all bodies that are being read, decoded or booked at a time, so that a crowd of senders
 * is asked to come again instead of filling the memory.
 */
export class InFlight {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** An empty share. What it holds at the end is to be given back with `shrink(0)`. */
  share(): Share {
    let held = 0;
    const resize = (total: number): void => {
      this.#bytes += total - held;
      held = total;
    };
    return {
      cover: (total) => {
        if (total <= held) return;
        if (this.#bytes + total - held > this.#maxBytes) throw new NoRoom();
        resize(total);
      },
      shrink: (total) => {
        if (total < held) resize(total);
      },
    };
  }
}
