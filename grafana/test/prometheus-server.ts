import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A sample at the end of what was asked for, with its labels but without `__name__`. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real Prometheus over samples of the past. */
export class PrometheusServer {
  readonly #process: ChildProcess;
  readonly #directory: string;
  readonly #url: string;

  private constructor(process: ChildProcess, directory: string, url: string) {
    this.#process = process;
    this.#directory = directory;
    this.#url = url;
  }

  /** Starts a server that holds the samples of an OpenMetrics text and scrapes nothing. */
  static async holding(openMetrics: string): Promise<PrometheusServer> {
    const directory = mkdtempSync(join(tmpdir(), "keeptabs-prometheus-"));
    const path = (name: string): string => join(directory, name);
    writeFileSync(path("samples.txt"), openMetrics);
    writeFileSync(path("prometheus.yml"), "global: {}\n");
    execFileSync(
      "promtool",
      ["tsdb", "create-blocks-from", "openmetrics", path("samples.txt"), path("data")],
      { stdio: "pipe" },
    );
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      "prometheus",
      [
        `--config.file=${path("prometheus.yml")}`,
        `--storage.tsdb.path=${path("data")}`,
        // The samples are older than any retention that one would choose.
        "--storage.tsdb.retention.time=100y",
        `--web.listen-address=${address}`,
      ],
      { stdio: "ignore" },
    );
    const server = new PrometheusServer(child, directory, `http://${address}`);
    try {
      await server.#ready();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  async instant(expr: string, at: number): Promise<readonly Sample[]> {
    const result = await this.#ask<{ metric: Record<string, string>; value: [number, string] }>("query", {
      query: expr,
      time: String(at),
    });
    return result.map(({ metric, value }) => sample(metric, value[1]));
  }

  /** The last value of every line of a graph, and how many points the line has. */
  async range(
    expr: string,
    start: number,
    end: number,
  ): Promise<readonly (Sample & { readonly points: number })[]> {
    const result = await this.#ask<{ metric: Record<string, string>; values: [number, string][] }>(
      "query_range",
      {
        query: expr,
        start: String(start),
        end: String(end),
        step: "60",
      },
    );
    return result.map(({ metric, values }) => ({
      ...sample(metric, values.at(-1)?.[1] ?? ""),
      points: values.length,
    }));
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = new Promise((resolve) => this.#process.once("exit", resolve));
      this.#process.kill("SIGTERM");
      await ended;
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #ask<Result>(path: string, parameters: Readonly<Record<string, string>>): Promise<readonly Result[]> {
    const response = await fetch(`${this.#url}/api/v1/${path}`, {
      method: "POST",
      body: new URLSearchParams(parameters),
    });
    const body = (await response.json()) as {
      status: string;
      error?: string;
      data: { result: readonly Result[] };
    };
    if (body.status !== "success")
      throw new Error(`Prometheus refuses ${parameters["query"]}: ${body.error}`);
    return body.data.result;
  }

  async #ready(): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      if (this.#process.exitCode !== null) throw new Error(`prometheus ended with ${this.#process.exitCode}`);
      const response = await fetch(`${this.#url}/-/ready`).catch(() => undefined);
      if (response?.ok === true) return;
      await sleep(100);
    }
    throw new Error("prometheus did not become ready within 20 s");
  }
}

function sample(metric: Readonly<Record<string, string>>, value: string): Sample {
  const { __name__: _, ...labels } = metric;
  return { labels, value: value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
