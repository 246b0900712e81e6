/** The writing side of a ledger without its thread: for simulations, which need every step in their own hands. */
export { Books } from "./books.ts";
export { Packer } from "./packed.ts";
export { unpackAnswer } from "./packed-answer.ts";
export { Vocabulary } from "./vocabulary.ts";
