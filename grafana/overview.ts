import {
  CustomVariableBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { headline, monthTables } from "./month-panels.ts";
import { DASHBOARD_UID, DATASOURCE } from "./panel-shapes.ts";
import { VARIABLES } from "./queries.ts";
import { detail, pipeline, trends } from "./trend-panels.ts";

/** The dashboard "Keeptabs: spend and margin" in Grafana's classic JSON model, for Grafana 10 to 13. Deterministic. */
export function overview(): Dashboard {
  const dashboard = new DashboardBuilder("Keeptabs: spend and margin")
    .uid(DASHBOARD_UID)
    .description(
      "What each customer of an AI product costs to serve, and what is left of what they pay. Generated from grafana/overview.ts, do not edit.",
    )
    .tags(["keeptabs"])
    .timezone("utc")
    .refresh("1m")
    .time({ from: "now-24h", to: "now" })
    .readonly()
    .annotations([])
    // Not by the SDK's builder: it puts the link into a menu, where nobody finds it.
    .link({
      build: () => ({
        title: "Keeptabs dashboards",
        type: DashboardLinkType.Dashboards,
        icon: "external link",
        tooltip: "",
        tags: ["keeptabs"],
        asDropdown: true,
        targetBlank: false,
        includeVars: true,
        keepTime: true,
      }),
    });
  for (const variable of variables()) dashboard.withVariable(variable);

  dashboard.withRow(new RowBuilder("This month").id(100));
  for (const panel of [...headline(), ...monthTables()]) dashboard.withPanel(panel);
  dashboard.withRow(new RowBuilder("Over time").id(101));
  for (const panel of trends()) dashboard.withPanel(panel);

  const detailRow = new RowBuilder("Customer and feature detail (reads every cost series: slow)").id(102);
  for (const panel of detail()) detailRow.withPanel(panel);
  const pipelineRow = new RowBuilder("Pipeline: unpriced calls and spans").id(103);
  for (const panel of pipeline()) pipelineRow.withPanel(panel);
  return dashboard.withRow(detailRow.collapsed(true)).withRow(pipelineRow.collapsed(true)).build();
}

type Variable = Parameters<DashboardBuilder["withVariable"]>[0];

function variables(): readonly Variable[] {
  return [
    new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"),
    // Keeps two processors apart, such as staging and production, that one Prometheus scrapes.
    labelValues("job", "Processor", VARIABLES.job),
    everyOf(labelValues("customer", "Customer", VARIABLES.customer)),
    everyOf(labelValues("feature", "Feature", VARIABLES.feature)),
    new CustomVariableBuilder("limit")
      .label("Top")
      .values("10,20,50,100")
      .current({ text: "20", value: "20", selected: true })
      .options(
        ["10", "20", "50", "100"].map((size) => ({ text: size, value: size, selected: size === "20" })),
      ),
  ];
}

function labelValues(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc);
}

function everyOf(variable: QueryVariableBuilder): QueryVariableBuilder {
  return variable
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current({ text: "All", value: "$__all", selected: true });
}
