import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { VARIABLES } from "../queries.ts";
import { asSent, labelsOf, panelQueries } from "./panel-queries.ts";
import { promqlNames } from "./promql.ts";
import { allRules, REPOSITORY } from "./rule-files.ts";

const recordings = new Map(
  allRules().flatMap(({ record }) => (record === undefined ? [] : [[record, recordedLabels(record)]])),
);

/** A recorded series is named after the labels it keeps. */
function recordedLabels(record: string): ReadonlySet<string> {
  const level = record.split(":")[0] ?? "";
  return new Set(level.split("_"));
}

function unknownNames(expr: string): readonly string[] {
  const { selectors, groupings } = promqlNames(expr);
  const grouping = new Set(["job", "week"]);
  const unknown = selectors.flatMap(({ metric, labels }) => {
    const known = recordings.get(metric) ?? labelsOf(metric);
    if (known === undefined) return [metric];
    for (const label of known) grouping.add(label);
    return labels.filter((label) => !known.has(label)).map((label) => `${metric}{${label}}`);
  });
  return [...unknown, ...groupings.filter((label) => !grouping.has(label)).map((label) => `by (${label})`)];
}

describe("The names in a query", () => {
  it("are found out when they are wrong", () => {
    expect(unknownNames('sum by (customer) (rate(llm_cost_usd_total{customer="a"}[5m]))')).toEqual([]);
    expect(unknownNames("llm_cost_total")).toEqual(["llm_cost_total"]);
    expect(unknownNames('llm_tokens_total{feature="a"}')).toEqual(["llm_tokens_total{feature}"]);
    expect(unknownNames("sum by (team) (llm_cost_usd_total)")).toEqual(["by (team)"]);
    expect(() => unknownNames("sum(")).toThrow(SyntaxError);
  });

  it.each(panelQueries())("of the panel $panel, $refId, are exposed", ({ expr }) => {
    expect(unknownNames(asSent(expr))).toEqual([]);
  });

  it.each(allRules().map((rule) => ({ name: rule.record ?? rule.alert, expr: rule.expr })))(
    "of the rule $name are exposed",
    ({ expr }) => {
      expect(unknownNames(expr)).toEqual([]);
    },
  );

  it("of the variables are exposed", () => {
    for (const query of Object.values(VARIABLES)) {
      const [, selector = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
      const metrics = /__name__=~"([^"]+)"/.exec(selector)?.[1]?.split("|") ?? [selector.replace(/\{.*/, "")];
      for (const metric of metrics) expect(labelsOf(metric)).toContain(label);
    }
  });
});

describe("An alert", () => {
  const alerts = allRules().filter(({ alert }) => alert !== undefined);

  it.each(alerts)(
    "$alert says what happened and what it means, how urgent it is, and where its runbook lies",
    (rule) => {
      expect(rule.alert).toMatch(/^Keeptabs[A-Z]\w+$/);
      expect(rule.labels?.["severity"]).toMatch(/^(critical|warning)$/);
      expect(rule.annotations?.["summary"]?.length).toBeGreaterThan(20);
      expect(rule.annotations?.["description"]?.length).toBeGreaterThan(60);
      const runbook = rule.annotations?.["runbook_url"] ?? "";
      expect(runbook).toMatch(/^docs\/runbooks\/Keeptabs\w+\.md$/);
      expect(readFileSync(`${REPOSITORY}/${runbook}`, "utf8").split("\n")[0]).toContain(rule.alert);
    },
  );

  it("has a name of its own", () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });

  it("about a customer leads to that customer on the dashboard", () => {
    for (const { expr, annotations } of alerts) {
      if (!/customer/.test(expr) || /sum by \(job\)/.test(expr)) continue;
      expect(annotations?.["dashboard"]).toContain(
        "/d/keeptabs-overview?var-job={{ $labels.job | urlquery }}&var-customer={{ $labels.customer | urlquery }}",
      );
    }
  });
});

describe("A recorded series", () => {
  it("is named level:metric:operation, with the labels that its rule keeps", () => {
    for (const { record, expr } of allRules()) {
      if (record === undefined) continue;
      expect(record).toMatch(/^[a-z_]+:llm_[a-z0-9_]+:[a-z0-9_]+$/);
      const by = /(?:sum|quantile) by \(([^)]+)\)/.exec(expr)?.[1];
      if (by !== undefined) expect(new Set(by.split(", "))).toEqual(recordedLabels(record));
    }
  });
});
