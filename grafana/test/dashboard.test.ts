import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DASHBOARDS, generated } from "../generate.ts";
import { overview } from "../overview.ts";
import { allPanels, panelQueries } from "./panel-queries.ts";
import { bareSelectors, rangesIn } from "./promql.ts";

const panels = allPanels().filter(({ type }) => type !== "row");
const rows = allPanels().filter(({ type }) => type === "row");
const dashboard = overview();

const RATE_INTERVAL = "77s";
const RANGE = "88s";
/** Durations that nobody writes stand for Grafana's macros. */
const marked = (expr: string): string =>
  expr.replaceAll("$__rate_interval", RATE_INTERVAL).replaceAll("$__range", RANGE).replaceAll("$limit", "20");

describe("The committed dashboards", () => {
  it("are what the generator writes, byte by byte", () => {
    const files = readdirSync(DASHBOARDS).filter((name) => name.endsWith(".json"));
    expect(files).toEqual([...generated().keys()]);
    for (const [name, text] of generated())
      expect(readFileSync(new URL(name, DASHBOARDS), "utf8")).toBe(text);
  });

  it("can be provisioned and linked to: a lasting UID, no id of another Grafana, not editable", () => {
    expect(dashboard.uid).toBe("keeptabs-overview");
    expect(dashboard.id).toBeUndefined();
    expect(dashboard.editable).toBe(false);
    for (const [, text] of generated()) expect(text).not.toMatch(/"iteration"|DS_PROMETHEUS|__inputs/);
  });

  it("say which time they show and ask again once a minute", () => {
    expect(dashboard.timezone).toBe("utc");
    expect(dashboard.refresh).toBe("1m");
  });
});

describe("The variables", () => {
  const variables = new Map((dashboard.templating.list ?? []).map((variable) => [variable.name, variable]));

  it("are the data source, the processor, customer, feature and how many to show", () => {
    expect([...variables.keys()]).toEqual(["datasource", "job", "customer", "feature", "limit"]);
  });

  it("are read again when the time range changes", () => {
    for (const name of ["job", "customer", "feature"]) expect(variables.get(name)?.refresh).toBe(2);
  });

  it("begin with every customer and feature, also those with odd names", () => {
    for (const name of ["customer", "feature"]) {
      expect(variables.get(name)).toMatchObject({
        includeAll: true,
        multi: true,
        allValue: ".*",
        current: { value: "$__all" },
      });
    }
  });

  it("offer one processor at a time, because the figures of two must not be added", () => {
    expect(variables.get("job")).toMatchObject({ includeAll: false, multi: false });
  });
});

describe("Every panel", () => {
  it.each(panels)(
    "$title: has an id, a title, a description that says what the figure is worth, and a text for no data",
    (panel) => {
      expect(panel.id).toBeGreaterThan(0);
      expect(panel.title).toMatch(/^[A-Z]/);
      expect(panel.description).toMatch(/Exact|Estimate/);
      expect(panel.description).toMatch(/calendar month|time range|UTC/);
      expect(panel.fieldConfig?.defaults.noValue).toMatch(/\w/);
    },
  );

  it.each(panels)("$title: has a unit", ({ type, fieldConfig }) => {
    const inCells = (fieldConfig?.overrides ?? []).some(({ properties }) =>
      properties.some(({ id }) => id === "unit"),
    );
    if (type === "table") return;
    expect(fieldConfig?.defaults.unit ?? (inCells ? "cells" : undefined)).toMatch(/\w/);
  });

  it.each(panels)(
    "$title: asks the chosen data source, of the chosen processor",
    ({ datasource, targets = [] }) => {
      expect(datasource.uid).toBe(`\${datasource}`);
      expect(targets.length).toBeGreaterThan(0);
      for (const target of targets) {
        expect(target.datasource.uid).toBe(`\${datasource}`);
        expect(target.expr).toContain('job="$job"');
      }
    },
  );

  it("has an id of its own, and there are not too many", () => {
    const ids = allPanels().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(panels.length).toBeLessThanOrEqual(20);
  });

  it("that reads every cost series stands in a closed row", () => {
    expect(rows.filter(({ collapsed }) => collapsed).map(({ title }) => title)).toEqual([
      "Customer and feature detail (reads every cost series: slow)",
      "Pipeline: unpriced calls and spans",
    ]);
  });

  it("shows money in a table to the cent", () => {
    for (const { type, title, fieldConfig } of panels) {
      if (type !== "table" || !/spend|margin/i.test(title)) continue;
      const units = (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
        properties.filter(({ id }) => id === "unit"),
      );
      expect(units.map(({ value }) => value)).toContain("currency:financial:$");
    }
  });
});

describe("Every panel query", () => {
  it("takes rates over what Grafana says the scrapes allow", () => {
    const ranges = panelQueries().flatMap(({ expr }) => rangesIn(marked(expr), ["rate", "irate", "deriv"]));
    expect(ranges.length).toBeGreaterThan(6);
    expect(new Set(ranges.map(([, range]) => range))).toEqual(new Set([RATE_INTERVAL]));
  });

  it("takes increases over the shown range", () => {
    const ranges = panelQueries().flatMap(({ expr }) => rangesIn(marked(expr), ["increase", "delta"]));
    expect(ranges.length).toBeGreaterThan(2);
    expect(new Set(ranges.map(([, range]) => range))).toEqual(new Set([RANGE]));
  });

  it("never shows a raw counter, only the difference of two instants", () => {
    const bare = panelQueries().flatMap(({ expr }) => bareSelectors(marked(expr)));
    const counters = bare.filter(({ metric }) => metric.endsWith("_total"));
    expect(counters.length).toBeGreaterThan(3);
    expect(new Set(counters.map(({ at }) => at))).toEqual(new Set(["@ end()", "@ start()"]));
  });
});

describe("A link", () => {
  const urls = [...generated().values()].flatMap((text) =>
    [...text.matchAll(/"url": "([^"]+)"/g)].map(([, url]) => url ?? ""),
  );

  it("keeps the time range and the other choices, and encodes the name it was clicked on", () => {
    expect(urls.length).toBeGreaterThan(5);
    for (const url of urls) {
      expect(url).toMatch(/^\/d\/keeptabs-overview\?/);
      expect(url).toContain(`\${__url_time_range}`);
      expect(url).toContain(`\${job:queryparam}`);
      expect(url).toMatch(/&var-(customer|feature)=\$\{[\w.]+:percentencode\}/);
    }
  });
});
