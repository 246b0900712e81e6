import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { createApp } from "./app.ts";
import { startTracing } from "./tracing.ts";

const tracing = startTracing();
const tokens = JSON.parse(process.env["CUSTOMER_TOKENS"] ?? '{"acme-token":"acme"}');
const server = createApp(new Map(Object.entries(tokens))).listen(
  Number(process.env["PORT"] ?? 3000),
  "127.0.0.1",
  () => console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);

// First finish the requests under way, then send the last spans.
process.once("SIGTERM", async () => {
  await promisify(server.close.bind(server))();
  await tracing.shutdown();
});
