/** Scrapes `/metrics` in a process of its own and sends how long each scrape took: port, encoding, times, pause. */
import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const [port, encoding = "identity", times, pause] = process.argv.slice(2);
const WARM_UPS = 3;
const agent = new Agent({ keepAlive: true });

function scrape(): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ port, path: "/metrics", agent, headers: { "accept-encoding": encoding } }, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on("end", () => resolve(bytes));
    }).on("error", reject);
  });
}

let bytes = 0;
for (let i = 0; i < WARM_UPS; i += 1) {
  await scrape();
  await sleep(Number(pause));
}
process.send?.("warm");
const took: number[] = [];
for (let i = 0; i < Number(times); i += 1) {
  const start = performance.now();
  bytes = await scrape();
  took.push(performance.now() - start);
  await sleep(Number(pause));
}
agent.destroy();
process.send?.({ times: took, bytes });
process.disconnect();
