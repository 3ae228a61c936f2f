// The chart as a Vega-Lite specification: a panel for each unit, one axis of time.

const LEFT = 62; // pixels for the labels of a vertical axis: all panels begin at one line
const SCALED = /thousand|million|\bmn\b/; // "thousand TWD, billions" would be a riddle
const LETTER = 13; // pixels from one line of text to the next
const RIGHT = 26; // for the number at the end of a line

// `lines` have number, name, unit, points (time, value, segment, alone) and later, the same points
// as known today; `look` has colours, font, width and locale; `span` is [first, last] in time.
export function specification(lines, { look, span, log, title, notes }) {
  const units = [...new Set(lines.map((line) => line.unit))];
  const width = Math.max(200, look.width - LEFT - RIGHT);
  const height = units.length > 1 ? Math.max(150, Math.round(look.height / units.length)) : look.height;
  const color = {
    field: "n", type: "nominal", legend: title ? legend(look) : null,
    scale: { domain: lines.map(label), range: lines.map((line) => look.lines[line.number - 1]) },
  };
  const time = {
    field: "t", type: "temporal", title: null,
    scale: { type: "utc", domain: span.map(instant), nice: false },
    axis: { grid: false, ticks: true, tickColor: look.muted, domain: true, domainColor: look.muted, tickCount: Math.max(3, Math.round(width / 110)), labelFlush: false },
  };
  const panels = units.map((unit, rank) => panel(lines.filter((line) => line.unit === unit), {
    unit, width, height, look, log, color,
    time: rank === units.length - 1 ? time : { ...time, axis: { ...time.axis, labels: false } },
  }));
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    ...(title ? { title: heading(title, notes, look) } : {}),
    background: look.paper,
    padding: title ? 18 : { left: 0, right: 0, top: 4, bottom: 4 },
    autosize: { type: "pad" },
    spacing: 26,
    vconcat: panels,
    config: config(look),
  };
}

function instant(time) {
  const date = new Date(time);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, date: date.getUTCDate(), hours: date.getUTCHours(), utc: true };
}

function panel(lines, { unit, width, height, look, log, color, time }) {
  const values = lines.flatMap((line) => line.points.map((point) => mark(line, point)));
  const later = lines.flatMap((line) => (line.later ?? []).map((point) => mark(line, point)));
  const ends = apart(lines.map((line) => [line, line.later?.at(-1) ?? line.points.at(-1)]).filter(([, point]) => point)
    .map(([line, point]) => ({ ...mark(line, point), end: String(line.number) })), [...values, ...later], { height, log });
  const [size, unitText] = sized(unit, [...values, ...later], look.sizes);
  const y = {
    field: "v", type: "quantitative", title: null,
    scale: log ? { type: "log" } : { type: "linear", zero: false, nice: true },
    axis: { grid: true, minExtent: LEFT, maxExtent: LEFT, tickCount: Math.max(3, Math.round(height / 60)), ...(size > 1 ? { labelExpr: `format(datum.value / ${size}, ",")` } : {}) },
  };
  const base = { x: time, color };
  const path = { ...base, y, detail: { field: "g", type: "nominal" } };
  const layer = [];
  if (later.length) {
    layer.push({ data: { values: later }, mark: { type: "line", strokeWidth: 1.4, strokeDash: [2, 3], opacity: 0.8 }, encoding: path });
  }
  layer.push(
    { data: { values }, mark: { type: "line", strokeWidth: 2.2, strokeJoin: "round" }, encoding: path },
    { data: { values: ends }, mark: { type: "text", align: "left", dx: 7, dy: { expr: "datum.dy" }, fontWeight: "bold", fontSize: 12 }, encoding: { ...base, y, text: { field: "end", type: "nominal" } } },
  );
  const alone = values.filter((point) => point.alone);
  if (alone.length) {
    layer.push({ data: { values: alone }, mark: { type: "point", filled: true, size: 34, opacity: 1 }, encoding: { ...base, y } });
  }
  return {
    width, height, layer,
    title: { text: unitText, anchor: "start", frame: "bounds", color: look.muted, fontSize: 12, fontWeight: "normal", offset: 8 },
  };
}

// By how much the labels of an axis are divided, and the unit that says so: nobody counts zeros.
function sized(unit, points, sizes) {
  const most = Math.max(0, ...points.map((point) => Math.abs(point.v)));
  const [size, name, times] = sizes.find(([least]) => most >= least) ?? [1, "{unit}", "{unit}"];
  return [size, (SCALED.test(unit) ? times : name).replace("{unit}", unit)];
}

// The numbers at the ends of lines, moved up or down (dy, pixels) where two would overlap.
export function apart(ends, every, { height, log }) {
  const scale = log ? Math.log : (value) => value;
  const [low, high] = [Math.min, Math.max].map((most) => scale(most(...every.map((point) => point.v))));
  const down = (point) => (high > low ? ((high - scale(point.v)) / (high - low)) * height : 0);
  const sorted = ends.map((end) => ({ ...end, at: down(end) })).sort((one, two) => one.at - two.at);
  let before = -Infinity;
  return sorted.map(({ at, ...end }) => {
    before = Math.max(at, before + LETTER);
    return { ...end, dy: Math.round(before - at) };
  });
}

const label = (line) => `${line.number}  ${line.name}`;

const mark = (line, { time, value, segment, alone }) => ({ t: time, v: value, n: label(line), g: `${line.number}.${segment}`, alone });

function legend(look) {
  return {
    title: null, orient: "bottom", direction: "vertical", columns: 1, symbolType: "stroke", symbolStrokeWidth: 3,
    labelLimit: look.width - 60, labelFontSize: 12, labelColor: look.ink,
  };
}

function heading(title, notes, look) {
  return {
    text: broken(title, Math.round(look.width / 9)), anchor: "start", fontSize: 17, color: look.ink, offset: 16,
    subtitle: notes.flatMap((note) => broken(note, Math.round(look.width / 6.3))),
    subtitleColor: look.muted, subtitleFontSize: 11, subtitleLineHeight: 15, subtitlePadding: 8,
  };
}

// A text in lines of at most so many letters, broken between words.
export function broken(text, most) {
  const lines = [""];
  // an address has no spaces: it is cut where it is too long for a line
  const words = text.split(" ").flatMap((word) => word.match(new RegExp(`.{1,${most}}`, "gu")) ?? [""]);
  for (const word of words) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (longer.length > most && lines.at(-1)) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function config(look) {
  const text = { labelColor: look.muted, labelFontSize: 12, titleColor: look.muted };
  return {
    font: look.font, view: { stroke: null },
    axis: { ...text, domain: false, ticks: false, gridColor: look.grid, labelPadding: 6 },
    legend: text, aria: false,
  };
}
