import { METRICS, PROMETHEUS_METRICS, TARGET_LABELS } from "../metrics-catalogue.ts";
import { overview } from "../overview.ts";

/** What the tests read of a panel; the SDK's own type leaves targets open. */
export interface ShownPanel {
  readonly type: string;
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly collapsed?: boolean;
  readonly panels?: readonly ShownPanel[];
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly noValue?: string };
    readonly overrides?: readonly {
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly instant?: boolean;
    readonly datasource: { readonly uid: string };
  }[];
}

export interface PanelQuery {
  readonly panel: string;
  readonly refId: string;
  readonly expr: string;
  readonly instant: boolean;
}

/** All rows and panels, those of closed rows included, as they are written to the file. */
export function allPanels(): readonly ShownPanel[] {
  const { panels } = JSON.parse(JSON.stringify(overview())) as { readonly panels: readonly ShownPanel[] };
  return panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
}

export function panelQueries(): readonly PanelQuery[] {
  return allPanels().flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr, instant = false }) => ({ panel: title, refId, expr, instant })),
  );
}

/** What is chosen on the dashboard; Grafana puts it into the queries in the same way. */
export interface Choice {
  readonly customer?: string;
  readonly feature?: string;
  readonly limit?: number;
  readonly range?: string;
}

/** The query as Grafana sends it, with all of a variable when nothing is chosen. */
export function asSent(expr: string, choice: Choice = {}): string {
  const values = new Map<string, string>([
    ["job", "keeptabs"],
    ["customer", choice.customer ?? ".*"],
    ["feature", choice.feature ?? ".*"],
    ["limit", String(choice.limit ?? 20)],
    ["__range", choice.range ?? "2h"],
    ["__rate_interval", "5m"],
  ]);
  return expr.replace(/\$(\w+)/g, (macro, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`Nothing is known to stand for ${macro}`);
    return value;
  });
}

/** The labels that a metric may be selected or grouped by; undefined when no such metric is exposed. */
export function labelsOf(metric: string): ReadonlySet<string> | undefined {
  const histogram = metric.replace(/_(bucket|sum|count)$/, "");
  const entry =
    METRICS.get(metric) ??
    (METRICS.get(histogram)?.type === "histogram" ? METRICS.get(histogram) : undefined);
  if (entry !== undefined)
    return new Set([...entry.labels, ...TARGET_LABELS, ...(metric.endsWith("_bucket") ? ["le"] : [])]);
  return PROMETHEUS_METRICS.has(metric) ? TARGET_LABELS : undefined;
}
