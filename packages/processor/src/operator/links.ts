/** Where pages lead to. A page without links stands for itself, as a file. */
export interface Links {
  /** The only customer whom the visitor may see; undefined for all. Nothing then leads to what is about others. */
  readonly onlyCustomer: string | undefined;
  /** A file that pages load, by its name. */
  readonly asset: (name: string) => string;
  readonly report: (query: ReportQuery) => string;
  readonly customer: (id: string, month: string) => string;
  readonly features: (query: FeaturesQuery) => string;
  readonly feature: (name: string, month: string) => string;
  readonly calls: (address: CallsAddress) => string;
  readonly call: (traceId: string, spanId: string) => string;
}

/** What the report page's address says. */
export interface ReportQuery {
  readonly month?: string | undefined;
  readonly customer?: string | undefined;
  readonly sort?: string | undefined;
  readonly page?: number | undefined;
}

/** What the address of the page of all features says. */
export interface FeaturesQuery {
  readonly month?: string | undefined;
  readonly feature?: string | undefined;
  readonly sort?: string | undefined;
  readonly page?: number | undefined;
}

/** What the address of the page of calls says. A name that is empty asks for calls that name none. */
export interface CallsAddress {
  readonly month?: string | undefined;
  readonly customer?: string | undefined;
  readonly feature?: string | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly status?: string | undefined;
  readonly outcome?: string | undefined;
  readonly order?: string | undefined;
  readonly cursor?: string | undefined;
}

/** Links under the path at which the routes are mounted, for a visitor who may see one customer or all. */
export function linksUnder(base: string, onlyCustomer: string | undefined): Links {
  return {
    onlyCustomer,
    asset: (name) => `${base}/${name}`,
    report: ({ month, customer, sort, page }) =>
      withQuery(`${base}/`, { month, customer, sort, page: pageParameter(page) }),
    customer: (id, month) => `${base}/customers/${segment(id)}?month=${month}`,
    features: ({ month, feature, sort, page }) =>
      withQuery(`${base}/features`, { month, feature, sort, page: pageParameter(page) }),
    feature: (name, month) => `${base}/features/${segment(name)}?month=${month}`,
    calls: ({ customer, feature, provider, model, ...rest }) =>
      withQuery(`${base}/calls`, {
        month: rest.month,
        customer: fieldOf(customer),
        feature: fieldOf(feature),
        provider: fieldOf(provider),
        model: fieldOf(model),
        status: rest.status,
        outcome: rest.outcome,
        order: rest.order,
        cursor: rest.cursor,
      }),
    call: (traceId, spanId) => `${base}/calls/${traceId}/${spanId}`,
  };
}

/** The first page needs no number. */
function pageParameter(page: number | undefined): string | undefined {
  return page === undefined || page === 1 ? undefined : String(page);
}

function withQuery(path: string, given: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && value !== "") query.set(name, value);
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

/** A name as the field of a form has it, which can't tell nothing from any: a mark follows what would be empty. */
export function fieldOf(name: string | undefined): string {
  return name === undefined ? "" : /^~*$/.test(name) ? `${name}~` : name;
}

/** The name that a field stands for; undefined for any. */
export function nameIn(field: string | undefined): string | undefined {
  if (field === undefined || field === "") return undefined;
  return /^~+$/.test(field) ? field.slice(1) : field;
}

/** A name as one segment of a path. */
function segment(name: string): string {
  // Browsers drop the segments `.` and `..`, also percent-encoded, and nothing is no segment: a mark follows these.
  return /^\.{0,2}~*$/.test(name) ? `${name}~` : encodeURIComponent(name.toWellFormed());
}

/** The name that a decoded segment stands for. */
export function idOf(segmentText: string): string {
  return /^\.{0,2}~+$/.test(segmentText) ? segmentText.slice(0, -1) : segmentText;
}
