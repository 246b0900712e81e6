/** What the month has cost and left, from the ledger's own figures. */
import { TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import type { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import type { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import {
  colouredText,
  customerLink,
  ESTIMATE,
  EXACT,
  featureLink,
  lossInRed,
  specialCustomers,
  stat,
  table,
  USD,
  underOneCent,
  usdCells,
} from "./panel-shapes.ts";
import { CUSTOMER_TABLE, HEALTH, LISTS, MONTH } from "./queries.ts";

const NO_REVENUE = "no revenue data";
const DAY = 86_400;
const dearestFirst = new TableSortByFieldStateBuilder().displayName("Spend").desc(true);

/** The headline row: what was spent, what is left, and whether these figures can be trusted. */
export function headline(): readonly StatBuilder[] {
  return [
    stat(
      {
        id: 1,
        title: "Spend, month to date",
        description: `Cost of all LLM calls of the chosen customers, those without a customer included. ${EXACT}`,
        width: 6,
        empty: "no calls this month",
      },
      MONTH.spend,
      USD,
    )
      .decimals(2)
      .mappings([underOneCent]),
    stat(
      {
        id: 2,
        title: "Margin, month to date",
        description: `Revenue of the whole month less cost so far, over the customers whose revenue is known; it falls as the month goes on. ${EXACT}`,
        width: 6,
        empty: NO_REVENUE,
      },
      MONTH.margin,
      USD,
    )
      .decimals(2)
      .mappings([lossInRed]),
    stat(
      {
        id: 3,
        title: "Margin ratio, month to date",
        description: `Sum of margins divided by sum of revenues, over the customers whose revenue is known. ${EXACT}`,
        width: 6,
        empty: NO_REVENUE,
      },
      MONTH.marginRatio,
      "percentunit",
    )
      .decimals(1)
      .mappings([lossInRed]),
    stat(
      {
        id: 4,
        title: "Spend without revenue data",
        description: `Cost of customers whose revenue nobody configured; the margin leaves it out. Spend = revenue − margin + this + unattributed, while no customer is folded into __other__. ${EXACT}`,
        width: 6,
        empty: "no calls this month",
      },
      MONTH.spendWithoutRevenue,
      USD,
    )
      .decimals(2)
      .mappings([underOneCent]),
    stat(
      {
        id: 5,
        title: "Unattributed share",
        description: `Part of the whole spend that no customer was named for; customer and feature choices do not apply. ${EXACT}`,
        width: 6,
        empty: "no calls",
      },
      MONTH.unattributedShare,
      "percentunit",
      [
        { value: 0.01, color: "orange" },
        { value: 0.05, color: "red" },
      ],
    ).decimals(1),
    stat(
      {
        id: 6,
        title: "Unpriced calls",
        description: `Calls of which all or a part has no price, so that the spend is too low. Customer and feature choices do not apply. ${ESTIMATE}`,
        width: 6,
        empty: "no data",
      },
      HEALTH.unpricedCalls,
      "short",
      [{ value: 1, color: "red" }],
    ).decimals(0),
    stat(
      {
        id: 7,
        title: "Price book age",
        description:
          "Time since the oldest price in force was last checked against its source. Exact, at the end of the time range.",
        width: 6,
        empty: "no data",
      },
      HEALTH.priceBookAge,
      "s",
      [
        { value: 45 * DAY, color: "orange" },
        { value: 90 * DAY, color: "red" },
      ],
    ),
    stat(
      {
        id: 8,
        title: "Last call",
        description: "Time since the latest booked call ended. Exact, at the end of the time range.",
        width: 6,
        empty: "no calls",
      },
      HEALTH.lastCallAge,
      "s",
    ),
  ];
}

/** Who and what the month's money went to. */
export function monthTables(): readonly TableBuilder[] {
  return [
    table(
      {
        id: 10,
        title: "Customers by spend, month to date",
        description: `The customers that cost most, with what they pay for the whole month. A customer without configured revenue has no margin. ${EXACT}`,
        width: 24,
        empty: "no calls this month",
      },
      CUSTOMER_TABLE,
      {
        customer: "Customer",
        name: "Name",
        plan: "Plan",
        "Value #spend": "Spend",
        "Value #revenue": "Revenue of the month",
        "Value #margin": "Margin",
        "Value #marginRatio": "Margin ratio",
      },
      "customer",
    )
      .sortBy([dearestFirst])
      .overrideByName("Customer", [customerLink, { id: "mappings", value: [specialCustomers] }])
      .overrideByRegexp("Name|Plan", [{ id: "noValue", value: "–" }])
      .overrideByName("Spend", [...usdCells, { id: "mappings", value: [underOneCent] }])
      .overrideByName("Revenue of the month", [...usdCells, { id: "noValue", value: NO_REVENUE }])
      .overrideByName("Margin", [
        ...usdCells,
        { id: "noValue", value: NO_REVENUE },
        { id: "mappings", value: [lossInRed] },
        colouredText,
      ])
      .overrideByName("Margin ratio", [
        { id: "unit", value: "percentunit" },
        { id: "decimals", value: 1 },
        { id: "noValue", value: NO_REVENUE },
        { id: "mappings", value: [lossInRed] },
        colouredText,
      ]),
    table(
      {
        id: 11,
        title: "Features by spend, month to date",
        description: `Cost by feature over all customers; the customer choice does not apply. ${EXACT}`,
        width: 12,
        empty: "no calls this month",
      },
      { spend: LISTS.features },
      { feature: "Feature", Value: "Spend", "Value #spend": "Spend" },
    )
      .sortBy([dearestFirst])
      .overrideByName("Feature", [featureLink])
      .overrideByName("Spend", [...usdCells, { id: "mappings", value: [underOneCent] }]),
    table(
      {
        id: 12,
        title: "Customers below zero margin, month to date",
        description: `Customers that have cost more than they pay for the whole month, the greatest loss first. Only customers whose revenue is known can stand here. ${EXACT}`,
        width: 12,
        empty: "none among the customers with revenue data",
      },
      { margin: LISTS.belowZero },
      { customer: "Customer", Value: "Margin", "Value #margin": "Margin" },
    )
      .sortBy([new TableSortByFieldStateBuilder().displayName("Margin").desc(false)])
      .overrideByName("Customer", [customerLink])
      .overrideByName("Margin", [...usdCells, { id: "mappings", value: [lossInRed] }, colouredText]),
  ];
}
