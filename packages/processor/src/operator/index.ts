export { operatorRoutes, operatorTable, renderReport } from "./routes.ts";
export { operatorServer } from "./server.ts";
export type { OperatorView } from "./view.ts";
