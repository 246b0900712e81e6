import type { Entry } from "@keeptabs/ledger";
import { unknown } from "./cost-cells.ts";
import { money } from "./figures-text.ts";
import { type Html, type HtmlPart, html } from "./html.ts";
import type { Links } from "./links.ts";
import { instantTitle } from "./months.ts";
import { modelName, providerName } from "./names.ts";
import { customerCell, featureCell } from "./part-cells.ts";
import { statusText } from "./status.ts";
import { type Column, table } from "./table.ts";

/** A list of calls, and what of them is not the same for all. */
export interface CallsTable {
  readonly caption: HtmlPart;
  readonly calls: readonly Entry[];
  readonly month: string;
  readonly timeZone: string;
  /** What a customer is called; undefined where all calls are one customer's. */
  readonly nameOf: ((customer: string) => string) | undefined;
  /** Whether calls are of different features. */
  readonly features: boolean;
}

/** Calls as lines that lead to their charges. */
export function callsTable(list: CallsTable, links: Links): Html {
  const { caption, calls, month, timeZone, nameOf, features } = list;
  const columns: readonly (Column<Entry> | undefined)[] = [
    {
      title: "Ended",
      rowHeader: true,
      cell: ({ traceId, spanId, occurredAt }) =>
        html`<a href="${links.call(traceId, spanId)}">${instantTitle(Number(occurredAt / 1_000_000n), timeZone)}</a>`,
    },
    nameOf === undefined
      ? undefined
      : {
          title: "Customer",
          cell: ({ customer }) => customerCell(customer, nameOf(customer), month, links),
        },
    {
      title: "Model",
      cell: ({ responseModel, requestModel, provider }) =>
        html`<span class="name">${modelName(responseModel ?? requestModel)}</span><span class="note">${providerName(provider)}</span>`,
    },
    features ? { title: "Feature", cell: ({ feature }) => featureCell(feature, month, links) } : undefined,
    { title: "Status", cell: (entry) => statusText(entry).short },
    { title: "Cost", numeric: true, cell: costCell },
  ];
  return table({ caption, rows: calls, columns: columns.filter((column) => column !== undefined) });
}

function costCell({ net, kind }: Entry): Html {
  return kind === "unpriced" ? unknown("no price") : money(net);
}
