import { monthOf } from "@keeptabs/billing";
import { EMPTY, type Html, html } from "./html.ts";
import type { Links } from "./links.ts";
import type { MonthFigures } from "./month-figures.ts";
import { instantTitle, monthTitle } from "./months.ts";

/** What to do next where there is nothing to see yet. */
export function nothingYet({ month, lastCallMs, timeZone }: MonthFigures, links: Links | undefined): Html {
  if (lastCallMs !== undefined) {
    const last = monthOf(lastCallMs, timeZone);
    return html`<div class="empty"><p class="lead">No calls in ${monthTitle(month)}.</p>
<p>The latest call in the ledger ended ${instantTitle(lastCallMs, timeZone)}.${links === undefined ? EMPTY : html` <a href="${links.report({ month: last })}">Show ${monthTitle(last)}</a>`}</p></div>`;
  }
  return html`<div class="empty"><p class="lead">The ledger is empty. Send it a first call.</p>
<ol>
<li><b>Point your service's traces here.</b> The processor takes OTLP over HTTP, on port 4318 unless configured otherwise:
<pre>OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318</pre></li>
<li><b>Say who each call is for</b>, where a request is authenticated:
<pre>withCustomer({ customer: "acme", feature: "assistant" }, () =&gt; handle(request))</pre>
Services without <code>@keeptabs/instrumentation</code> set the span attributes <code>keeptabs.customer.id</code> and <code>keeptabs.feature</code>.</li>
<li><b>Say what customers pay</b>, in <code>keeptabs.yaml</code>, to see margins:
<pre>customers:
  - id: acme
    name: Acme Corp
    revenue: "499"</pre></li>
</ol>
<p>Then make one call of a model and load this page again.</p></div>`;
}
