import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

/** What a query reads and what it groups or matches by. */
export interface PromqlNames {
  readonly selectors: readonly { readonly metric: string; readonly labels: readonly string[] }[];
  /** Labels of `by`, `on`, `ignoring`, `without` and `group_left`. */
  readonly groupings: readonly string[];
}

/** Reads the names out of PromQL by Prometheus' own grammar. Throws on a syntax error. */
export function promqlNames(expr: string): PromqlNames {
  const text = (node: SyntaxNode): string => expr.slice(node.from, node.to);
  const selectors: { metric: string; labels: string[] }[] = [];
  const groupings: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ node, type }) => {
      if (type.isError)
        throw new SyntaxError(`PromQL is not understood at "${expr.slice(node.from, node.from + 30)}"`);
      if (type.name === "VectorSelector") {
        const metric = node.getChild("Identifier");
        selectors.push({
          metric: metric === null ? "" : text(metric),
          labels: descendants(node, "LabelName").map(text),
        });
      }
      if (type.name === "GroupingLabels") groupings.push(...descendants(node, "LabelName").map(text));
    },
  });
  return { selectors, groupings };
}

/** Every call of one of `functions` with a range, as [function, range]. */
export function rangesIn(expr: string, functions: readonly string[]): readonly (readonly [string, string])[] {
  const found: [string, string][] = [];
  parser.parse(expr).iterate({
    enter: ({ node, type }) => {
      if (type.name !== "FunctionCall") return;
      const name = expr.slice(node.from, node.to).match(/^\w+/)?.[0] ?? "";
      if (!functions.includes(name)) return;
      const matrix = descendants(node, "MatrixSelector")[0];
      if (matrix !== undefined)
        found.push([name, expr.slice(matrix.from, matrix.to).match(/\[([^\]]+)\]$/)?.[1] ?? ""]);
    },
  });
  return found;
}

/** The selectors that stand in no function that makes an increase out of a counter, with their modifier `@`. */
export function bareSelectors(expr: string): readonly { readonly metric: string; readonly at: string }[] {
  const found: { metric: string; at: string }[] = [];
  parser.parse(expr).iterate({
    enter: ({ node, type }) => {
      if (type.name !== "VectorSelector" || node.parent?.name === "MatrixSelector") return;
      const metric = node.getChild("Identifier");
      const at = node.parent?.name === "StepInvariantExpr" ? expr.slice(node.to, node.parent.to).trim() : "";
      found.push({ metric: metric === null ? "" : expr.slice(metric.from, metric.to), at });
    },
  });
  return found;
}

function descendants(node: SyntaxNode, name: string): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name === name) found.push(child);
    found.push(...descendants(child, name));
  }
  return found;
}
