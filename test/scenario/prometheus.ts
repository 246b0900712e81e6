import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const RULES = fileURLToPath(new URL("../../prometheus/rules", import.meta.url));

/** A Prometheus that scrapes a processor every second. */
export interface RunningPrometheus {
  readonly url: string;
  /** The samples of an instant query: labels and value. */
  query(
    promql: string,
  ): Promise<{ readonly labels: Readonly<Record<string, string>>; readonly value: string }[]>;
  /** Waits until it has scraped the target at least `times`. */
  scraped(times: number): Promise<void>;
  stop(): Promise<void>;
}

/** True when this machine has a Prometheus. */
export function hasPrometheus(): boolean {
  return spawnSync("prometheus", ["--version"], { stdio: "ignore" }).status === 0;
}

/** Starts Prometheus with the processor as its only target. */
export async function startPrometheus(operatorUrl: string): Promise<RunningPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), "keeptabs-prometheus-"));
  const config = join(folder, "prometheus.yml");
  writeFileSync(
    config,
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: ["${RULES}/*.yml"]
scrape_configs:
  - job_name: keeptabs
    static_configs: [{ targets: ["${new URL(operatorUrl).host}"] }]
`,
  );
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    "prometheus",
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: "ignore" },
  );
  const query: RunningPrometheus["query"] = async (promql) => {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(promql)}`);
    const { data } = (await response.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return data.result.map(({ metric, value }) => ({ labels: metric, value: value[1] }));
  };
  await until(async () => (await fetch(`${url}/-/ready`)).ok, "Prometheus did not become ready");
  return {
    url,
    query,
    scraped: (times) =>
      until(async () => {
        const [sample] = await query('sum(count_over_time(up{job="keeptabs"}[1h]))');
        return Number(sample?.value ?? 0) >= times;
      }, "Prometheus did not scrape the processor"),
    stop: () => ended(child),
  };
}

async function until(condition: () => Promise<boolean>, failure: string): Promise<void> {
  for (let tries = 0; tries < 150; tries += 1) {
    if (await condition().catch(() => false)) return;
    await sleep(200);
  }
  throw new Error(failure);
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port could be had");
  return address.port;
}
