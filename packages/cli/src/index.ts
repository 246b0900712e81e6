export { runCli } from "./program.ts";
export { EXIT_DONE, EXIT_FOUND, EXIT_WRONG_USE, type Terminal } from "./terminal.ts";
