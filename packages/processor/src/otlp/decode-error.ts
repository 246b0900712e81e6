/** The body can't be decoded. The message is one sentence: what is wrong and where, never what a value was. */
export class DecodeError extends Error {
  override readonly name: string = "DecodeError";
}

/** Where a decoder stands in a request, for its errors; -1 means outside of any. */
export class Place {
  resource = -1;
  scope = -1;
  span = -1;

  /** As protobuf's reader names it: `Span 3 in ScopeSpans 1 of ResourceSpans 0`. */
  inWords(): string {
    if (this.resource < 0) return "The request";
    if (this.scope < 0) return `ResourceSpans ${this.resource}`;
    const scope = `ScopeSpans ${this.scope} of ResourceSpans ${this.resource}`;
    return this.span < 0 ? scope : `Span ${this.span} in ${scope}`;
  }

  /** As a JSON path: `resourceSpans[0].scopeSpans[1].spans[3]`. */
  asPath(): string {
    if (this.resource < 0) return "resourceSpans";
    const resource = `resourceSpans[${this.resource}]`;
    if (this.scope < 0) return resource;
    const scope = `${resource}.scopeSpans[${this.scope}]`;
    return this.span < 0 ? scope : `${scope}.spans[${this.span}]`;
  }
}
