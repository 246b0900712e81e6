/** Where pages lead to. A page without links stands for itself, as a file. */
export interface Links {
  readonly stylesheet: string;
  readonly report: (query: ReportQuery) => string;
  readonly customer: (id: string, month: string) => string;
  readonly call: (traceId: string, spanId: string) => string;
}

/** What the report page's address says. */
export interface ReportQuery {
  readonly month?: string | undefined;
  readonly customer?: string | undefined;
  readonly sort?: string | undefined;
}

/** Links under the path at which the routes are mounted. */
export function linksUnder(base: string, stylesheet: string): Links {
  return {
    stylesheet: `${base}/${stylesheet}`,
    report: ({ month, customer, sort }) => {
      const query = new URLSearchParams();
      if (month !== undefined) query.set("month", month);
      if (customer !== undefined && customer !== "") query.set("customer", customer);
      if (sort !== undefined) query.set("sort", sort);
      return query.size === 0 ? `${base}/` : `${base}/?${query}`;
    },
    customer: (id, month) => `${base}/customers/${segment(id)}?month=${month}`,
    call: (traceId, spanId) => `${base}/calls/${traceId}/${spanId}`,
  };
}

/** An id as one segment of a path. */
function segment(id: string): string {
  // Browsers drop the segments `.` and `..`, also percent-encoded: such an id is followed by a mark.
  return /^\.{1,2}~*$/.test(id) ? `${id}~` : encodeURIComponent(id.toWellFormed());
}

/** The id that a decoded segment stands for. */
export function idOf(segmentText: string): string {
  return /^\.{1,2}~+$/.test(segmentText) ? segmentText.slice(0, -1) : segmentText;
}
