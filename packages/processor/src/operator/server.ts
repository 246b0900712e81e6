import { createServer, type Server } from "node:http";
import express from "express";
import type { Administration } from "../administration.ts";
import { type Guard, mount } from "./mount.ts";
import { operatorTable, type Station } from "./routes.ts";
import type { OperatorView } from "./view.ts";

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const SLOW_CHECK_MS = 1000;
const MAX_CONNECTIONS = 1024;

/** The server of the operator port: what its table lists, and nothing beside it. */
export function operatorServer(
  view: OperatorView,
  guard: Guard,
  station: Station,
  administration: Administration,
): Server {
  const app = express();
  app.disable("x-powered-by");
  app.use(mount(operatorTable(station), view, guard, administration));
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: SLOW_CHECK_MS,
    },
    app,
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.on("drop", () => guard.refusals.note("too_many_connections"));
  return server;
}
