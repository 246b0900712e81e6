export { currentCustomer, withCustomer } from "./customer.ts";
export { type Registration, register } from "./installation.ts";
export type { RegisterOptions } from "./settings.ts";
export { KeeptabsSpanProcessor } from "./span-processor.ts";
