export { operatorRoutes, renderReport } from "./routes.ts";
export type { OperatorView } from "./view.ts";
