/** What a command talks to. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** True when a person is looking: colour and progress are for them only. */
  readonly isTerminal: boolean;
  /** Asks the person and returns the answer; undefined where there is nobody to ask. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export const EXIT_DONE = 0;
/** The command found a problem that it was asked to find, or could not do what it was asked. */
export const EXIT_FOUND = 1;
export const EXIT_WRONG_USE = 2;

/** The command line, or a file that it names, is wrong; the message says what to change. */
export class WrongUse extends Error {
  override readonly name = "WrongUse";
}

/** What was asked for could not be done; the message says why. */
export class NotDone extends Error {
  override readonly name = "NotDone";
}
