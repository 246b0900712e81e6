/** How spend, tokens and calls move, from counters. */
import {
  StackingConfigBuilder,
  StackingMode,
  TableSortByFieldStateBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import type { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import type { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import {
  customerLink,
  ESTIMATE,
  featureLink,
  lineLink,
  lines,
  RATE,
  specialCustomers,
  table,
  USD,
  underOneCent,
  usdCells,
} from "./panel-shapes.ts";
import { HEALTH, LISTS, TRENDS } from "./queries.ts";

/** How spend, tokens and calls move. */
export function trends(): readonly TimeseriesBuilder[] {
  return [
    lines(
      {
        id: 20,
        title: "Spend per hour by customer",
        description: `USD per hour for the customers that cost most over the shown time range. ${RATE}`,
        width: 12,
        empty: "no calls",
      },
      TRENDS.spendByCustomer,
      USD,
      "{{customer}}",
    ).overrideByFieldType("number", [lineLink("customer")]),
    lines(
      {
        id: 21,
        title: "Spend per hour by feature",
        description: `USD per hour for the features that cost most over the shown time range. ${RATE}`,
        width: 12,
        empty: "no calls",
      },
      TRENDS.spendByFeature,
      USD,
      "{{feature}}",
    ).overrideByFieldType("number", [lineLink("feature")]),
    stacked(
      lines(
        {
          id: 22,
          title: "Tokens per minute by type",
          description: `Disjoint types: cached and reasoning tokens are not counted again as input or output. The feature choice does not apply. ${RATE}`,
          width: 12,
          empty: "no calls",
        },
        TRENDS.tokensByType,
        "short",
        "{{type}}",
      ),
    ),
    stacked(
      lines(
        {
          id: 23,
          title: "Calls per minute by outcome",
          description: `LLM calls by how they ended: ok, error or aborted. Failed calls may have cost money too. ${RATE}`,
          width: 12,
          empty: "no calls",
        },
        TRENDS.callsByOutcome,
        "reqpm",
        "{{outcome}}",
      ),
    ),
  ];
}

/** Finer detail; behind a closed row because these read every cost series. */
export function detail(): readonly (TimeseriesBuilder | TableBuilder)[] {
  return [
    lines(
      {
        id: 30,
        title: "Spend per hour by customer and feature",
        description: `USD per hour for the pairs that cost most over the shown time range. ${RATE}`,
        width: 12,
        empty: "no calls",
      },
      TRENDS.spendByCustomerFeature,
      USD,
      "{{customer}} · {{feature}}",
    ).overrideByFieldType("number", [lineLink("customer")]),
    lines(
      {
        id: 31,
        title: "Spend per hour by model",
        description: `USD per hour for the models that cost most over the shown time range. ${RATE}`,
        width: 12,
        empty: "no calls",
      },
      TRENDS.spendByModel,
      USD,
      "{{provider}} · {{model}}",
    ),
    table(
      {
        id: 32,
        title: "Spend by customer and feature in the time range",
        description: `The pairs that cost most over the shown time range. ${ESTIMATE}`,
        width: 24,
        empty: "no calls in the time range",
      },
      { spend: LISTS.customerFeature },
      { customer: "Customer", feature: "Feature", Value: "Spend", "Value #spend": "Spend" },
    )
      .sortBy([new TableSortByFieldStateBuilder().displayName("Spend").desc(true)])
      .overrideByName("Customer", [customerLink, { id: "mappings", value: [specialCustomers] }])
      .overrideByName("Feature", [featureLink])
      .overrideByName("Spend", [...usdCells, { id: "mappings", value: [underOneCent] }]),
  ];
}

/** What the figures above leave out, and what the processor did with the spans it got. */
export function pipeline(): readonly (TimeseriesBuilder | TableBuilder)[] {
  return [
    table(
      {
        id: 40,
        title: "Unpriced calls by model in the time range",
        description: `Calls of which all or a part has no price, with the reason. They are missing from the spend until they are repriced. ${ESTIMATE}`,
        width: 12,
        empty: "none in the time range",
      },
      { calls: HEALTH.unpricedByModel },
      { provider: "Provider", model: "Model", reason: "Reason", Value: "Calls", "Value #calls": "Calls" },
    ).sortBy([new TableSortByFieldStateBuilder().displayName("Calls").desc(true)]),
    stacked(
      lines(
        {
          id: 41,
          title: "Spans per minute by result",
          description: `What became of received spans; a duplicate is booked once all the same. Customer and feature choices do not apply. ${RATE}`,
          width: 12,
          empty: "no spans",
        },
        HEALTH.spansByResult,
        "short",
        "{{result}}",
      ),
    ),
  ];
}

function stacked(panel: TimeseriesBuilder): TimeseriesBuilder {
  return panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
}
