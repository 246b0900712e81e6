import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Random } from "./random.ts";

/** Stands between a sender and a processor, and keeps some of the answers back: the commit is done, nobody hears of it. */
export interface CuttingProxy {
  readonly url: string;
  /** Answers that did not come through whole. */
  readonly cuts: () => number;
  readonly close: () => Promise<void>;
}

/** Starts one in front of an address such as `http://127.0.0.1:4318`. */
export async function cuttingProxy(random: Random, upstreamUrl: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(upstreamUrl);
  const open = new Set<Socket>();
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on("data", (answer: Buffer) => {
      const dice = random.next();
      if (dice >= 0.4) {
        client.write(answer);
        return;
      }
      cuts += 1;
      if (dice < 0.15)
        client.write(answer.subarray(0, Math.floor(answer.length / 2)), () => client.destroy());
      else if (dice < 0.35) client.resetAndDestroy();
      else client.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: () => cuts,
    close: async () => {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}
