/**
 * Draws the day charts of a page with uPlot from the data beside them, so that they answer to pointer,
 * finger and arrow keys, split by customer, feature or model, and zoom. Runs in the browser, after uPlot.
 * The page says the same without it.
 */

/** @typedef {{ name: string, sum: string, exact: string[], texts: string[] }} Part */
/** @typedef {{ title: string, parts: Part[] }} Split */
/** @typedef {{ days: string[], short: string[], begun: number, calls: string[], splits: Split[] }} ChartData */

const HEIGHT = 220;
/** A bar takes so much of its day, and no more pixels than these. */
const BAR = /** @type {const} */ ([0.78, 56]);
const FONT = '12px Inter, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

for (const figure of document.querySelectorAll("figure[data-chart]")) {
  if (figure instanceof HTMLElement && typeof uPlot === "function") enhance(figure);
}

/** @param {HTMLElement} figure */
function enhance(figure) {
  const data = dataOf(figure);
  let split = data.splits[0];
  /** @type {number | undefined} */
  let pointed;
  /** @type {uPlot | undefined} */
  let plot;

  const place = element("div", "plot");
  place.tabIndex = 0;
  place.setAttribute("role", "slider");
  place.setAttribute("aria-label", "Day of the chart");
  place.setAttribute("aria-valuemin", "1");
  place.setAttribute("aria-valuemax", String(data.begun));
  // Says which day was the highest, as the server wrote it, until a day is pointed at.
  const said = figure.querySelector("figcaption .said") ?? element("span", "said");
  const highest = [...said.childNodes];
  const legend = element("ul", "legend");
  const all = button("Show all days", () => plot?.setScale("x", { min: 0, max: data.days.length - 1 }));
  all.hidden = true;
  figure.querySelector("svg")?.before(choices(), place, legend);
  figure.classList.add("drawn");

  draw();
  new ResizeObserver(() => plot?.setSize(sizeOf(place))).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  place.addEventListener("keydown", (event) => {
    const to = dayFor(event.key, pointed, data.begun);
    if (to === undefined) return;
    event.preventDefault();
    point(to);
  });
  place.addEventListener("blur", () => point(undefined));

  /** The ways to split the days, and the way back from a zoom. */
  function choices() {
    const group = element("div", "choices");
    const buttons = data.splits.map((choice) => {
      const one = button(choice.title, () => {
        split = choice;
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === one));
        draw();
      });
      one.setAttribute("aria-pressed", String(choice === split));
      return one;
    });
    const ways = element("div", "ways");
    ways.setAttribute("role", "group");
    ways.setAttribute("aria-label", "Split the days by");
    ways.append(...buttons);
    group.append(ways, all);
    return group;
  }

  function draw() {
    plot?.destroy();
    plot = new uPlot(optionsFor(figure, place, data, split, pointAt, zoomed), stacked(data, split), place);
    say();
  }

  /** @param {uPlot} drawn */
  function pointAt({ cursor }) {
    const found = cursor.idx ?? undefined;
    const day = (cursor.left ?? -1) < 0 || found === undefined || found >= data.begun ? undefined : found;
    if (day === pointed) return;
    pointed = day;
    say();
  }

  /** @param {number | undefined} day */
  function point(day) {
    pointed = day;
    const left = day === undefined ? -10 : (plot?.valToPos(day, "x") ?? -10);
    plot?.setCursor({ left, top: day === undefined ? -10 : 1 }, false);
    say();
  }

  /** @param {boolean} zoom */
  function zoomed(zoom) {
    all.hidden = !zoom;
  }

  /** Says what the day that is pointed at cost, or all days, in words and part by part. */
  function say() {
    const parts = split?.parts ?? [];
    const total = data.splits[0]?.parts[0];
    const text =
      pointed === undefined
        ? `${data.days[0]} to ${data.days[data.begun - 1]}: ${total?.sum}`
        : `${data.days[pointed]}: ${total?.texts[pointed]}, ${data.calls[pointed]}`;
    said.replaceChildren(...(pointed === undefined ? highest : [text]));
    place.setAttribute("aria-valuenow", String((pointed ?? data.begun - 1) + 1));
    const rows = parts.map((part, index) => ({
      name: part.name,
      text: pointed === undefined ? part.sum : (part.texts[pointed] ?? ""),
      exact: pointed === undefined ? undefined : part.exact[pointed],
      index,
    }));
    const named = parts.length > 1 ? rows.map((row) => `${row.name} ${row.text}`).join(", ") : "";
    place.setAttribute("aria-valuetext", named === "" ? text : `${text}; ${named}`);
    legend.replaceChildren(...(parts.length > 1 ? rows.map(legendRow) : []));
  }
}

/**
 * The data as `chart-data.ts` writes it.
 *
 * @param {HTMLElement} figure
 * @returns {ChartData}
 */
function dataOf(figure) {
  const { splits, ...rest } = JSON.parse(figure.dataset["chart"] ?? "");
  return {
    ...rest,
    splits: splits.map(
      (
        /** @type {{ title: string, parts: Record<"name" | "sum" | "exact" | "texts", string>[] }} */ {
          title,
          parts,
        },
      ) => ({
        title,
        parts: parts.map(({ name, sum, exact, texts }) => ({
          name,
          sum,
          exact: exact.split(" "),
          texts: texts.split("|"),
        })),
      }),
    ),
  };
}

/** @param {{ name: string, text: string, exact: string | undefined, index: number }} row */
function legendRow({ name, text, exact, index }) {
  const row = element("li", `part${index}`);
  const label = document.createElement("bdi");
  label.textContent = name;
  const value = document.createElement("data");
  value.textContent = text;
  if (exact !== undefined) {
    value.value = exact;
    value.title = `${exact} USD`;
  }
  row.append(label, " ", value);
  return row;
}

/**
 * The days' amounts, each part on those before it, the dearest at the bottom. The whole comes first, since the
 * others are drawn over it. Floats, since they are only drawn; what is read are the texts.
 *
 * @param {ChartData} data
 * @param {Split | undefined} split
 * @returns {uPlot.AlignedData}
 */
function stacked({ days, begun }, split) {
  const sums = days.map(() => 0);
  const stack = (split?.parts ?? []).map((part) =>
    days.map((_, day) => {
      if (day >= begun) return null;
      sums[day] = (sums[day] ?? 0) + Math.max(Number(part.exact[day] ?? 0), 0);
      return sums[day] ?? null;
    }),
  );
  return [days.map((_, day) => day), ...stack.toReversed()];
}

/**
 * @param {HTMLElement} figure
 * @param {HTMLElement} place
 * @param {ChartData} data
 * @param {Split | undefined} split
 * @param {(plot: uPlot) => void} pointAt
 * @param {(zoom: boolean) => void} zoomed
 * @returns {uPlot.Options}
 */
function optionsFor(figure, place, data, split, pointAt, zoomed) {
  const style = getComputedStyle(figure);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const parts = split?.parts ?? [];
  const last = data.days.length - 1;
  const bars = uPlot.paths.bars?.({ size: [...BAR], radius: 0 });
  return {
    ...sizeOf(place),
    padding: [8, 16, 0, 0],
    legend: { show: false },
    focus: { alpha: 1 },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, dist: 12 },
      // Lies on the middle of the bar, not on the pointer.
      move: (plot, left, top) => [
        left < 0 ? left : plot.valToPos(Math.round(plot.posToVal(left, "x")), "x"),
        top,
      ],
    },
    scales: {
      x: {
        time: false,
        range: (_, min, max) => [
          Math.max(Math.floor(min + 0.5), 0) - 0.5,
          Math.min(Math.ceil(max - 0.5), last) + 0.5,
        ],
      },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.06 : 1] },
    },
    series: [
      {},
      ...parts.map((_, index) => ({
        fill: colour(parts.length === 1 ? "--bar" : `--part${parts.length - 1 - index}`),
        width: 0,
        points: { show: false },
        ...(bars === undefined ? {} : { paths: bars }),
      })),
    ],
    axes: [
      {
        stroke: colour("--muted"),
        font: FONT,
        grid: { show: false },
        ticks: { show: false },
        border: { show: true, stroke: colour("--strong"), width: 1 },
        space: 56,
        size: 28,
        gap: 6,
        incrs: [1, 2, 3, 5, 7, 10],
        values: (_, days) => days.map((day) => data.short[day] ?? ""),
      },
      {
        stroke: colour("--muted"),
        font: FONT,
        grid: { stroke: colour("--line"), width: 1 },
        ticks: { show: false },
        space: 44,
        gap: 8,
        size: (_, values) => 16 + 7 * Math.max(...(values ?? [""]).map((text) => text.length), 2),
        values: (_, amounts) => amounts.map((amount) => DOLLARS.format(amount)),
      },
    ],
    hooks: {
      setCursor: [pointAt],
      setScale: [
        (plot, key) => {
          if (key !== "x") return;
          const { min = 0, max = last } = plot.scales["x"] ?? {};
          zoomed((max ?? last) - (min ?? 0) < last);
        },
      ],
      draw: [
        (plot) => {
          const { min = 0, max = last } = plot.scales["x"] ?? {};
          const width = plot.over.clientWidth / ((max ?? last) - (min ?? 0));
          plot.over.style.setProperty("--day", `${width}px`);
          markComing(plot, data.begun - 0.5, colour("--track"));
        },
      ],
    },
  };
}

const DOLLARS = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  maximumSignificantDigits: 3,
});

/**
 * Where the days to come will stand.
 *
 * @param {uPlot} plot
 * @param {number} from
 * @param {string} fill
 */
function markComing(plot, from, fill) {
  const { left, top, width, height } = plot.bbox;
  const x = Math.max(plot.valToPos(from, "x", true), left);
  if (x >= left + width) return;
  plot.ctx.save();
  plot.ctx.globalAlpha = 0.5;
  plot.ctx.fillStyle = fill;
  plot.ctx.fillRect(x, top, left + width - x, height);
  plot.ctx.restore();
}

/**
 * The day that a key leads to, counted from 0.
 *
 * @param {string} key
 * @param {number | undefined} now
 * @param {number} days
 */
function dayFor(key, now, days) {
  const last = days - 1;
  if (key === "ArrowLeft" || key === "ArrowDown") return Math.max((now ?? days) - 1, 0);
  if (key === "ArrowRight" || key === "ArrowUp") return Math.min((now ?? -1) + 1, last);
  if (key === "Home") return 0;
  return key === "End" ? last : undefined;
}

/** @param {HTMLElement} place */
function sizeOf(place) {
  return { width: Math.max(place.clientWidth, 200), height: HEIGHT };
}

/**
 * @param {string} tag
 * @param {string} name
 */
function element(tag, name) {
  const made = document.createElement(tag);
  made.className = name;
  return made;
}

/**
 * @param {string} text
 * @param {() => void} pressed
 */
function button(text, pressed) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", pressed);
  return made;
}
