/** Where a table has no room, its rows become blocks, and each cell says its column's title. */
const stacked = (table: string): string => `
  ${table} {
    &, tbody, tfoot, caption { display: block; }
    thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr)); gap: 0.375rem 1rem; padding: 0.875rem 0; border-bottom: 1px solid var(--line); }
    tfoot tr { border-top: 1px solid var(--strong); border-bottom: 0; }
    th, td, tbody th, tfoot th, tfoot td { display: block; padding: 0; border: 0; text-align: left; max-width: none; min-width: 0; overflow-wrap: anywhere; }
    tbody th, tfoot th { grid-column: 1 / -1; }
    td::before { content: attr(data-label); display: block; font-size: 0.75rem; color: var(--muted); font-weight: 400; }
    td.prose, td.picture { grid-column: 1 / -1; max-width: 30rem; }
    td.picture::before { content: none; }
    td:empty { display: none; }
    .spark { width: 100%; height: 1.5rem; }
    .share { max-width: none; }
    .money { white-space: normal; }
  }`;

/** The pages' one stylesheet. Text in a module, so that the built package carries it without a copying step. */
export const STYLESHEET: string = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --wash: #f4f6f4; --ink: #14201a; --muted: #58665f; --line: #dde3df; --strong: #b9c4bd;
  --accent: #0b6b4b; --bar: #1d8a64; --track: #e6ece8;
  --bad: #b3261e; --bad-wash: #fcebe9; --warn: #855300; --warn-wash: #fdf1da;
  --part0: #1d8a64; --part1: #2f6fb0; --part2: #d08a1d; --part3: #8b5fb3; --part4: #c4553f; --part5: #5aa9b8; --part6: #9aa69f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #101512; --wash: #171e1a; --ink: #e6ece8; --muted: #9aa8a0; --line: #28312c; --strong: #43504a;
    --accent: #6ed3a8; --bar: #3fa97e; --track: #222b26;
    --bad: #ff9a90; --bad-wash: #3a1b18; --warn: #f0bd5b; --warn-wash: #33270f;
    --part0: #3fa97e; --part1: #5b9bdc; --part2: #e0a545; --part3: #b38fd9; --part4: #e07f6b; --part5: #6fc3d1; --part6: #6c7a72;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 4.5rem; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 0.9375rem/1.5 Inter, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
a { color: var(--accent); text-underline-offset: 0.18em; text-decoration-thickness: from-font; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
main:focus { outline: none; }
code, pre { font: 0.875em/1.5 ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
code { overflow-wrap: anywhere; }
pre { margin: 0.5rem 0 0; padding: 0.75rem 1rem; background: var(--wash); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet, .note, caption, .crumbs { color: var(--muted); }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 0.5rem; z-index: 3; background: var(--paper); padding: 0.25rem 0.75rem; }

.top { position: sticky; top: 0; z-index: 2; background: var(--paper); border-bottom: 1px solid var(--line); }
.bar, main { max-width: 76rem; margin: 0 auto; padding: 0 1.5rem; }
.bar { display: flex; align-items: center; justify-content: space-between; gap: 1.5rem; min-height: 3.25rem; }
.brand { display: inline-flex; align-items: center; gap: 0.5rem; color: var(--ink); font-weight: 650; letter-spacing: -0.01em; text-decoration: none; }
.mark { width: 1.375rem; height: 1.375rem; fill: none; stroke: var(--accent); stroke-width: 2.2; stroke-linecap: round; }
.bar nav { display: flex; gap: 1.25rem; overflow-x: auto; }
.bar nav a { color: var(--muted); text-decoration: none; white-space: nowrap; padding: 0.25rem 0; }
.bar nav a[aria-current] { color: var(--ink); font-weight: 600; }
.bar nav a:hover { color: var(--ink); text-decoration: underline; }

main { padding-top: 2rem; padding-bottom: 3rem; }
.crumbs { margin: 0 0 0.5rem; overflow-wrap: anywhere; }
.title { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0.25rem 2rem; }
h1 { margin: 0; font-size: clamp(1.625rem, 1.2rem + 1.6vw, 2.25rem); line-height: 1.15; font-weight: 650; letter-spacing: -0.022em; overflow-wrap: anywhere; }
h1.long { max-width: 44rem; }
h1 small { font-size: 0.6em; font-weight: 450; letter-spacing: -0.005em; color: var(--muted); white-space: nowrap; }
h2 { margin: 0; font-size: 1.1875rem; font-weight: 650; letter-spacing: -0.012em; }
.months { display: flex; flex-wrap: wrap; align-items: center; gap: 0.375rem 1.25rem; }
.months form { display: flex; gap: 0.375rem; }
.months input { width: 11rem; height: 2rem; font-size: 0.875rem; }
button.plain { background: var(--paper); color: var(--ink); border-color: var(--strong); height: 2rem; font-size: 0.875rem; }
.pages { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin-top: 0.75rem; font-size: 0.875rem; color: var(--muted); }
.more { margin: 0.75rem 0 0; font-size: 0.875rem; color: var(--muted); }
.months a { text-decoration: none; white-space: nowrap; }
.months a:hover { text-decoration: underline; }
.lead { font-size: 1.0625rem; margin: 0.75rem 0; max-width: 46rem; }
.answer { margin: 0.75rem 0 0; font-size: clamp(1.75rem, 1.2rem + 3vw, 3rem); font-weight: 600; letter-spacing: -0.03em; overflow-wrap: anywhere; line-height: 1.1; }

.summary { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); margin: 1.5rem 0 0; border-block: 1px solid var(--line); }
.summary > div { padding: 1rem 1rem 1.125rem; border-left: 1px solid var(--line); min-width: 0; }
.summary > div:first-child { border-left: 0; padding-left: 0; }
dt { color: var(--muted); font-size: 0.8125rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.summary dd { font-size: clamp(1.1875rem, 0.9rem + 0.9vw, 1.5rem); font-weight: 600; letter-spacing: -0.02em; line-height: 1.35; }
.summary dd.note { font-size: 0.8125rem; font-weight: 400; letter-spacing: 0; line-height: 1.4; margin-top: 0.125rem; }
.summary .bad dd:not(.note) { color: var(--bad); }
.summary .warn dd:not(.note) { color: var(--warn); }

.proof { margin: 0.75rem 0 0; font-size: 0.875rem; color: var(--muted); }
.proof > span:first-child { color: var(--accent); font-weight: 700; }
.proof.bad, .proof.warn { padding: 0.625rem 0.875rem; border-radius: 6px; color: var(--ink); background: var(--warn-wash); }
.proof.bad { background: var(--bad-wash); }

.chart { margin: 2rem 0 0; }
.chart figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; margin-bottom: 0.5rem; font-weight: 600; }
.chart figcaption .said { font-weight: 400; font-size: 0.875rem; color: var(--muted); }
.chart > svg { display: block; width: 100%; height: 8.5rem; fill: var(--bar); border-bottom: 1px solid var(--strong); }
.chart .column { fill: transparent; }
.chart g:hover .column { fill: var(--track); }
.axis { display: flex; justify-content: space-between; margin-top: 0.25rem; font-size: 0.8125rem; color: var(--muted); }
.chart .coming { fill: var(--track); opacity: 0.5; }
.chart.drawn > svg, .chart.drawn > .axis { display: none; }
.choices { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.5rem; margin-bottom: 0.5rem; }
.ways { display: flex; flex-wrap: wrap; }
.choices button { height: 1.875rem; padding: 0 0.75rem; font-size: 0.8125rem; font-weight: 450; color: var(--ink); background: var(--paper); border-color: var(--strong); border-radius: 6px; }
.ways button { border-radius: 0; margin-left: -1px; }
.ways button:first-child { border-radius: 6px 0 0 6px; margin-left: 0; }
.ways button:last-child { border-radius: 0 6px 6px 0; }
.choices button[aria-pressed="true"] { background: var(--track); font-weight: 600; }
.plot { height: 220px; overflow: hidden; }
.plot .u-cursor-x { width: var(--day, 1px); margin-left: calc(var(--day, 1px) / -2); border: 0; background: var(--ink); opacity: 0.07; }
.plot .u-select { background: var(--accent); opacity: 0.15; }
.legend { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 0.125rem 1.5rem; margin: 0.375rem 0 0; padding: 0; list-style: none; font-size: 0.875rem; }
.legend li { display: grid; grid-template-columns: 0.75rem minmax(0, 1fr) auto; align-items: baseline; gap: 0.5rem; }
.legend li::before { content: ""; width: 0.75rem; height: 0.75rem; border-radius: 2px; background: var(--part); }
.legend bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
${Array.from({ length: 7 }, (_, part) => `.part${part} { --part: var(--part${part}); }`).join(" ")}
details { margin-top: 0.5rem; font-size: 0.875rem; }
summary { color: var(--muted); cursor: pointer; width: fit-content; }
.chart details table, table.small { max-width: 30rem; }

section { margin-top: 2.75rem; min-width: 0; }
.section { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: end; gap: 0.75rem 2rem; }

table { width: 100%; border-collapse: collapse; margin-top: 0.25rem; }
section table + table, section table ~ table { margin-top: 1.5rem; }
caption { text-align: left; font-size: 0.875rem; padding: 0 0 0.625rem; }
th, td { text-align: left; vertical-align: top; padding: 0.5625rem 0.75rem; font-weight: 400; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-size: 0.8125rem; padding-block: 0.375rem; border-bottom-color: var(--strong); white-space: nowrap; vertical-align: bottom; }
thead a { color: inherit; text-decoration: none; }
thead a:hover { color: var(--ink); text-decoration: underline; }
thead [aria-sort] a { color: var(--ink); font-weight: 600; }
[aria-sort="descending"] a::after { content: " ↓"; }
[aria-sort="ascending"] a::after { content: " ↑"; }
tbody th { min-width: 7.5rem; max-width: 22rem; }
tbody tr:hover { background: var(--wash); }
tfoot th, tfoot td { border-bottom: 0; border-top: 1px solid var(--strong); font-weight: 600; }
tbody tr:last-child > * { border-bottom: 0; }
.n { text-align: right; }
.n .note, .n .tag { white-space: nowrap; }
.prose { max-width: 30rem; }
.name { font-weight: 550; overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
a.name { text-decoration: none; width: fit-content; }
a.name:hover { text-decoration: underline; }
.note { display: block; font-size: 0.8125rem; line-height: 1.4; font-weight: 400; overflow-wrap: anywhere; }
.money { white-space: nowrap; }
.digits { overflow-wrap: anywhere; }
.unknown { position: relative; color: var(--muted); }
.unknown .hidden { right: 0; }
.tag { display: inline-block; font-size: 0.75rem; line-height: 1.25rem; font-weight: 600; padding: 0 0.4375rem; border-radius: 999px; background: var(--track); white-space: nowrap; }
.tag.bad { color: var(--bad); background: var(--bad-wash); }
.tag.warn { color: var(--warn); background: var(--warn-wash); }
.loss td .money { color: inherit; }
.spark { display: block; width: 8rem; height: 1.625rem; fill: var(--bar); }
.share { display: block; width: 100%; min-width: 3rem; max-width: 8rem; height: 0.5rem; fill: var(--bar); border-radius: 999px; }
.share .track { fill: var(--track); }
.of { display: grid; grid-template-columns: minmax(2rem, 1fr) 3.25rem; gap: 0.625rem; align-items: center; font-size: 0.8125rem; color: var(--muted); min-height: 1.4rem; }

.filter { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: end; }
.filter label span { display: block; font-size: 0.8125rem; color: var(--muted); }
.filter.many { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)) repeat(4, auto); margin-bottom: 1.5rem; }
.filter.many label { min-width: 0; }
.filter.many :is(input, select) { width: 100%; }
input, select, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--strong); border-radius: 6px; padding: 0.3125rem 0.625rem; height: 2.25rem; }
button { background: var(--ink); border-color: var(--ink); color: var(--paper); font-weight: 550; padding-inline: 0.875rem; cursor: pointer; }

.facts { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 0 2rem; margin: 0.75rem 0 0; }
.facts > div { padding: 0.5rem 0; border-top: 1px solid var(--line); min-width: 0; }
.empty { margin-top: 2rem; padding: 1.5rem 1.75rem 1.75rem; background: var(--wash); border-radius: 10px; max-width: 52rem; }
.empty .lead { margin-top: 0; font-weight: 600; }
.empty li { margin-top: 1rem; }
.empty pre { background: var(--paper); }
footer { width: calc(100% - 3rem); max-width: 73rem; margin: 0 auto; border-top: 1px solid var(--line); padding: 1.25rem 0 2.5rem; color: var(--muted); font-size: 0.8125rem; }
footer p { margin: 0 0 0.375rem; max-width: 60rem; }

@media (max-width: 62rem) {
  .summary { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .summary > div:nth-child(4) { border-left: 0; padding-left: 0; }
  .summary > div:nth-child(n + 4) { border-top: 1px solid var(--line); }
  .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
@media (max-width: 74rem) {
  .filter.many { grid-template-columns: repeat(4, minmax(0, 1fr)); }
}
@media (max-width: 54rem) {
  .bar, main { padding-inline: 1rem; }
  footer { width: calc(100% - 2rem); }
  .bar { flex-wrap: wrap; gap: 0 1.5rem; padding-block: 0.5rem; }
  .top { position: static; }
  main { padding-top: 1.25rem; }
  .summary { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .summary > div { border-left: 0; padding: 0.75rem 0.5rem 0.75rem 0; }
  .summary > div:nth-child(even) { border-left: 1px solid var(--line); padding-left: 1rem; }
  .summary > div:nth-child(n + 3) { border-top: 1px solid var(--line); }
  .chart > svg { height: 6.5rem; }
  .facts { grid-template-columns: minmax(0, 1fr); }
  .filter, .filter label:first-of-type { width: 100%; }
  .filter input { width: 100%; }
  .filter.many { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
@media print, (max-width: 74rem) {
  th, td { padding-inline: 0.5rem; }
  .picture { display: none; }
}
@media screen and (max-width: 64rem) {
${stacked("table.wide")}
}
@media screen and (max-width: 54rem) {
${stacked("table")}
}
@media print {
  :root { color-scheme: light; }
  .top, .skip, .filter, .months, .pages, .crumbs, .chart details, .choices, .plot, .legend { display: none; }
  .chart.drawn > svg, .chart.drawn > .axis { display: block; }
  .chart.drawn > .axis { display: flex; }
  html { font-size: 75%; }
  main { max-width: none; padding: 0; }
  th, td { padding-inline: 0.3rem; }
  tr, .chart, .summary { break-inside: avoid; }
  thead { display: table-header-group; }
}
`;
