import type { QualityTotal } from "@keeptabs/ledger";
import { type AttoUsd, type CostSource, sumUsd } from "@keeptabs/pricing";

/** Calls and what they cost as far as it is known. */
export interface Sum {
  readonly calls: number;
  readonly net: AttoUsd;
}

/** A model that has no price, or not for all it sells. */
export interface UnpricedModel extends Sum {
  readonly provider: string;
  readonly model: string;
  readonly reason: string;
  readonly partly: boolean;
}

/** How far the figures of a period can be trusted. */
export interface Trust {
  readonly unpriced: readonly UnpricedModel[];
  /** Calls of which more may have been billed than is known. */
  readonly lowerBound: Sum;
  readonly aborted: Sum;
  readonly failed: Sum;
  /** Calls whose usage an instrumentation estimated, or knows in part. */
  readonly uncertainUsage: Sum;
  /** Second descriptions of a call, charged once elsewhere. */
  readonly covered: number;
  /** Agents' sums that wait for the calls below them. */
  readonly held: number;
  readonly superseded: number;
  readonly bySource: ReadonlyMap<CostSource, Sum>;
}

/** Sums up what the ledger says of a period's entries. Pure. */
export function trustOf(totals: readonly QualityTotal[]): Trust {
  const where = (holds: (total: QualityTotal) => boolean): Sum => summed(totals.filter(holds));
  const entries = (holds: (total: QualityTotal) => boolean): number =>
    totals.filter(holds).reduce((sum, total) => sum + total.entries, 0);
  const sources: readonly CostSource[] = ["computed", "provider", "gateway", "none"];
  const aside = ({ kind }: QualityTotal): boolean => kind === "covered" || kind === "held";
  return {
    unpriced: unpricedModels(totals),
    lowerBound: where(({ lowerBound }) => lowerBound),
    aborted: where(({ outcome }) => outcome === "aborted"),
    failed: where(({ outcome }) => outcome === "error"),
    uncertainUsage: where(({ quality }) => quality === "estimated" || quality === "partial"),
    covered: entries(({ kind }) => kind === "covered"),
    held: totals
      .filter(({ kind }) => kind === "held")
      .reduce((sum, { entries: all, calls }) => sum + all - calls, 0),
    superseded: totals
      .filter((total) => !aside(total))
      .reduce((sum, { entries: all, calls }) => sum + all - calls, 0),
    bySource: new Map(sources.map((source) => [source, where(({ costSource }) => costSource === source)])),
  };
}

function unpricedModels(totals: readonly QualityTotal[]): readonly UnpricedModel[] {
  const groups = Map.groupBy(
    totals.filter(({ unpriced, calls }) => unpriced !== undefined && calls > 0),
    ({ unpriced, kind }) => JSON.stringify([unpriced?.provider, unpriced?.model, unpriced?.reason, kind]),
  );
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      if (first?.unpriced === undefined) return [];
      return [{ ...first.unpriced, partly: first.kind === "partly_unpriced", ...summed(group) }];
    })
    .sort((a, b) => b.calls - a.calls);
}

function summed(totals: readonly QualityTotal[]): Sum {
  return {
    calls: totals.reduce((sum, { calls }) => sum + calls, 0),
    net: sumUsd(totals.map(({ net }) => net)),
  };
}
