import {
  BigValueColorMode,
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type DataTransformerConfig,
  type DynamicConfigValue,
  MappingType,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

/** Never changes: links from alerts, runbooks and bookmarks hold it. */
export const DASHBOARD_UID = "keeptabs-overview";
export const DATASOURCE: { readonly type: string; readonly uid: string } = {
  type: "prometheus",
  uid: `\${datasource}`,
};

/** For headlines and axes: shortens to $1.23K. */
export const USD = "currencyUSD";
/** For tables: every digit to the cent, $1,234.50. */
const USD_TO_THE_CENT = "currency:financial:$";

/** What a description says of a figure's worth. */
export const EXACT =
  "Exact: the ledger's figure for the calendar month in which the time range ends, up to that end, in the ledger's reporting time zone.";
export const ESTIMATE =
  "Estimate: Prometheus extrapolates it from counters over the shown time range (UTC). For amounts to charge, use the month-to-date figures.";
export const RATE =
  "Estimate: a rate that Prometheus takes from counters, at each point over the few minutes before it (UTC).";

/** Cells of money, to the cent. */
export const usdCells: readonly DynamicConfigValue[] = [
  { id: "unit", value: USD_TO_THE_CENT },
  { id: "decimals", value: 2 },
];
/** Lets a mapping's colour reach the text of a cell. */
export const colouredText: DynamicConfigValue = { id: "custom.cellOptions", value: { type: "color-text" } };

/** What a panel is called, what its figure means, and where it stands. */
export interface PanelHead {
  /** Stable: links to a single panel hold it. */
  readonly id: number;
  readonly title: string;
  readonly description: string;
  /** Of 24 columns. */
  readonly width: number;
  /** Shown when there is nothing to show, in the place of a number that would be false. */
  readonly empty: string;
}

/** A column that opens this dashboard for the clicked customer alone. */
export const customerLink: DynamicConfigValue = {
  id: "links",
  value: [{ title: "Only this customer", url: drillDown("customer", "__value.raw") }],
};
/** The same for a feature. */
export const featureLink: DynamicConfigValue = {
  id: "links",
  value: [{ title: "Only this feature", url: drillDown("feature", "__value.raw") }],
};

/** Says in words what the reserved customer names stand for; links keep the raw name. */
export const specialCustomers: ValueMapping = {
  type: MappingType.ValueToText,
  options: {
    __unattributed__: { text: "no customer named", index: 0 },
    __other__: { text: "customers beyond the series budget", index: 1 },
  },
};

/** A cost below half a cent is not shown as $0.00. */
export const underOneCent: ValueMapping = {
  type: MappingType.RangeToText,
  options: { from: 1e-18, to: 0.004999, result: { text: "< $0.01", index: 0 } },
};

/** Colours a loss. A range and not a threshold: a threshold would also colour cells without a value. */
export const lossInRed: ValueMapping = {
  type: MappingType.RangeToText,
  options: { from: -1e15, to: -1e-9, result: { color: "red", index: 1 } },
};

/** One number, read at the end of the time range. */
export function stat(
  head: PanelHead,
  expr: string,
  unit: string,
  thresholds: readonly Threshold[] = [],
): StatBuilder {
  return new StatBuilder()
    .id(head.id)
    .title(head.title)
    .description(head.description)
    .span(head.width)
    .height(3)
    .datasource(DATASOURCE)
    .withTarget(instant(expr, "A", PromQueryFormat.TimeSeries).legendFormat(head.title))
    .unit(unit)
    .noValue(head.empty)
    .graphMode(BigValueGraphMode.None)
    .colorMode(thresholds.length === 0 ? BigValueColorMode.None : BigValueColorMode.Value)
    .thresholds(steps(thresholds))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]));
}

/** Rows read at the end of the time range; several queries become one table joined on `joinOn`. */
export function table(
  head: PanelHead,
  queries: Readonly<Record<string, string>>,
  columns: Readonly<Record<string, string>>,
  joinOn?: string,
): TableBuilder {
  const refs = Object.keys(queries);
  const times = ["Time", ...refs.map((_, index) => `Time ${index + 1}`)];
  const transformations: DataTransformerConfig[] = [
    ...(joinOn === undefined ? [] : [{ id: "joinByField", options: { byField: joinOn, mode: "outer" } }]),
    {
      id: "organize",
      options: {
        excludeByName: Object.fromEntries([...times, "Value #info"].map((name) => [name, true])),
        indexByName: Object.fromEntries(Object.keys(columns).map((name, index) => [name, index])),
        renameByName: columns,
      },
    },
  ];
  return new TableBuilder()
    .id(head.id)
    .title(head.title)
    .description(head.description)
    .span(head.width)
    .height(9)
    .datasource(DATASOURCE)
    .targets(refs.map((ref) => instant(queries[ref] ?? "", ref, PromQueryFormat.Table)))
    .transformations(transformations)
    .noValue(head.empty)
    .thresholds(steps([]));
}

/** Lines over the time range, the largest last value first in the legend. */
export function lines(head: PanelHead, expr: string, unit: string, legend: string): TimeseriesBuilder {
  return new TimeseriesBuilder()
    .id(head.id)
    .title(head.title)
    .description(head.description)
    .span(head.width)
    .height(9)
    .datasource(DATASOURCE)
    .interval("1m")
    .withTarget(
      new DataqueryBuilder().refId("A").datasource(DATASOURCE).expr(expr).range().legendFormat(legend),
    )
    .unit(unit)
    .min(0)
    .noValue(head.empty)
    .lineWidth(1)
    .fillOpacity(10)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Right)
        .showLegend(true)
        .calcs(["lastNotNull", "max"])
        .sortBy("Last *")
        .sortDesc(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
}

/** Link of a line to this dashboard with the line's own label as the filter. */
export function lineLink(label: "customer" | "feature"): DynamicConfigValue {
  return {
    id: "links",
    value: [{ title: `Only this ${label}`, url: drillDown(label, `__field.labels.${label}`) }],
  };
}

function drillDown(variable: "customer" | "feature", value: string): string {
  const kept = ["datasource", "job", "limit", variable === "customer" ? "feature" : "customer"];
  const query = kept.map((name) => `$\{${name}:queryparam}`).join("&");
  // An id may contain & or /, so it is percent-encoded.
  return `/d/${DASHBOARD_UID}?${query}&var-${variable}=$\{${value}:percentencode}&$\{__url_time_range}`;
}

function instant(expr: string, refId: string, format: PromQueryFormat): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId).datasource(DATASOURCE).expr(expr).instant().format(format);
}

function steps(thresholds: readonly Threshold[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: "text" }, ...thresholds]);
}
