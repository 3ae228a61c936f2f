// The page of the explorer: choices become an address, figures, a chart and a table.
import {
  asKnown, baseValue, converted, csv, firstCommonMonth, fold, indexed, ISO_DAY, knownDays, MONTH, moved,
  nearest, readState, segments, within, writeState,
} from "./figures.js";
import { specification } from "./chart.js";
import { picker } from "./picker.js";
import { download, element, writer } from "./write.js";

const at = (id) => document.getElementById(id);
const settings = JSON.parse(at("settings").textContent);
const lang = document.documentElement.lang;
const words = settings.words;
const write = writer(settings.writes, words);
const { say } = write;
const root = new URL("../../", document.baseURI); // of the site: the page is <language>/series/
const dark = matchMedia("(prefers-color-scheme: dark)");
const SIZES = [[1e12, words.trillions, "{unit} × 10¹²"], [1e9, words.billions, "{unit} × 10⁹"], [1e6, words.millions, "{unit} × 10⁶"]];

let state = readState(location.hash, settings.most);
let drawn = { lines: [], days: [] };
let view = null;
let keeping = 0; // the timer after which the address is written
let turn = 0; // of the newest drawing: an older one that ends later is thrown away

// --- what is read from the site, once ---

const read = (() => {
  const asked = new Map();
  return (path) => {
    if (!asked.has(path)) {
      asked.set(path, fetch(new URL(path, root)).then((answer) => {
        if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
        return answer.json();
      }));
      asked.get(path).catch(() => asked.delete(path));
    }
    return asked.get(path);
  };
})();

const catalogue = async () => {
  const table = await read("explorer/catalogue.json");
  table.listed ??= table.entries.map((row) => {
    const entry = Object.fromEntries(table.fields.map((name, rank) => [name, row[rank]]));
    const own = (name) => entry[`${name}_${lang}`] || entry[name];
    return {
      ...entry,
      title: entry[`title_${lang}`], unitName: own("unit"), publisherName: own("publisher"),
      licenceName: settings.licences[entry.licence] ?? entry.licence, link: entry.link.replace("{lang}", lang),
      words: ["series", ...table.fields.filter((name) => /^(title|unit$|publisher)/.test(name))].map((name) => entry[name]).join(" "),
    };
  });
  return table;
};

const vega = (() => {
  let loading = null;
  return () => {
    loading ??= new Promise((resolve, reject) => {
      const script = element("script", { src: new URL(`explorer/${settings.vega}`, root).href });
      script.addEventListener("load", () => resolve(window.vegaEmbed));
      script.addEventListener("error", () => { loading = null; reject(new Error(settings.vega)); });
      document.head.append(script);
    });
    return loading;
  };
})();

// --- from choices to lines ---

async function lines() {
  const table = await catalogue();
  const byKey = new Map(table.listed.map((entry) => [entry.series, entry]));
  const known = state.series.filter((item) => byKey.has(item.key));
  const unknown = state.series.filter((item) => !byKey.has(item.key)).map((item) => item.key);
  if (unknown.length) state = { ...state, series: known };
  const loaded = await Promise.all(known.map(async (item) => {
    const entry = byKey.get(item.key);
    const document = await read(entry.document);
    const conversions = table.conversions[entry.unit] ?? [];
    const conversion = conversions.find((one) => one.unit === item.unit) ?? null;
    return { entry, figures: document.figures, conversions, conversion };
  }));
  const crossing = loaded.some((line) => line.conversion?.from || line.conversion?.to);
  const rates = crossing ? await read("explorer/rates.json") : {};
  const versions = (day) => loaded.map((line) => {
    const rows = asKnown(line.figures, day);
    return line.conversion ? converted(rows, line.conversion, rates, day) : rows;
  });
  return { loaded, unknown, then: versions(state.asOf), now: state.asOf ? versions("") : null };
}

function prepared({ loaded, then, now }) {
  const spans = then.map((rows) => within(rows, state.from, state.to));
  const common = loaded.map((line, rank) => ({ rows: spans[rank], frequency: line.entry.frequency }));
  const base = state.base === "auto" ? firstCommonMonth(common) : state.base;
  if (state.base === "auto") state = { ...state, base, without: !base };
  return loaded.map((line, rank) => {
    const { frequency } = line.entry;
    const scaled = (rows) => (base ? indexed(rows, baseValue(rows, base, frequency)) : rows);
    const shown = within(scaled(then[rank]), state.from, state.to);
    const later = now && within(scaled(now[rank]), state.from, state.to);
    return {
      ...line,
      number: rank + 1,
      name: line.entry.title,
      unit: base ? say("index_unit", { month: write.month(base) }) : line.conversion?.unit ?? line.entry.unitName,
      rows: shown,
      published: spans[rank],
      later: later && segments(later, frequency),
      moved: later ? moved(within(now[rank], state.from, state.to), spans[rank]) : 0,
      points: segments(shown, frequency),
      noBase: Boolean(base) && baseValue(then[rank], base, frequency) === null,
      noRate: spans[rank].filter((row) => row.noRate).map((row) => row.period.slice(0, 7)),
      computed: Boolean(base || line.conversion),
    };
  });
}

// --- the page ---

async function redraw() {
  turn += 1;
  const own = turn;
  at("explorer").setAttribute("aria-busy", "true");
  try {
    const loaded = await lines();
    if (own !== turn) return;
    const list = prepared(loaded);
    drawn = { lines: list, days: knownDays(loaded.loaded.map((line) => line.figures)) };
    showChoices(list);
    showControls();
    showTable(list);
    notice(state.without ? say("no_common")
      : loaded.unknown.length ? say("unknown", { keys: loaded.unknown.join(settings.writes.comma ?? ", ") }) : "");
    state.without = false;
    at("summary").textContent = summary(list);
    showNotes(list);
    await draw(list, own);
  } catch (fault) {
    console.warn(fault);
    notice(say("failed"));
  }
  if (own === turn) at("explorer").setAttribute("aria-busy", "false");
}

const notice = (text) => { at("notice").textContent = text; };

function change(part) {
  state = { ...state, ...part };
  redraw().then(keepAddressSoon);
}

// Soon, not at once: a browser refuses hundreds of addresses in a few seconds.
function keepAddressSoon() {
  clearTimeout(keeping);
  keeping = setTimeout(keepAddress, 200);
}

function keepAddress() {
  clearTimeout(keeping);
  history.replaceState(null, "", writeState(state) || location.pathname + location.search);
}

function look(width) {
  const tones = dark.matches ? settings.dark : settings.light;
  return { ...tones, font: settings.font, sizes: SIZES, width, height: width < 500 ? 300 : 420 };
}

const withPoints = (list) => list.filter((line) => line.points.length || line.later?.length);

const timesOf = (list) => [...new Set(list.flatMap((line) => line.points.map((point) => point.time)))].sort((one, two) => one - two);

function span(list) {
  const times = [...timesOf(list), ...list.flatMap((line) => (line.later ?? []).map((point) => point.time))];
  const first = Math.min(...times);
  const last = Math.max(...times);
  const edge = Math.max((last - first) * 0.01, first === last ? 15 * 86400000 : 0);
  return [first - edge, last + edge];
}

const positive = (list) => list.every((line) => [...line.points, ...(line.later ?? [])].every((point) => point.value > 0));

function spec(list, width, { tones = {}, ...extra } = {}) {
  return specification(list, { ...extra, look: { ...look(width), ...tones }, span: span(list), log: state.log && positive(list) });
}

const embedding = () => ({
  mode: "vega-lite", actions: false, ast: true, renderer: "svg", defaultStyle: false, tooltip: false, hover: false,
  formatLocale: settings.locale.number, timeFormatLocale: settings.locale.time,
});

async function draw(list, own) {
  const full = withPoints(list);
  at("plot").hidden = !full.length;
  for (const button of document.querySelectorAll("#take button")) button.disabled = !full.length;
  at("empty").textContent = full.length ? "" : emptiness(list);
  hideReading();
  if (!full.length) return;
  try {
    const embed = await vega();
    if (own !== turn) return;
    view?.finalize();
    view = await embed(at("canvas"), spec(full, at("plot").clientWidth), embedding());
  } catch (fault) {
    console.warn(fault);
    at("empty").textContent = say("failed_vega");
  }
}

function emptiness(list) {
  if (!list.length) return say("nothing");
  if (list.every((line) => line.noBase)) return "";
  return list.every((line) => asKnown(line.figures, state.asOf).length === 0) ? say("none_then") : say("none_span");
}

// --- the series chosen ---

function showChoices(list) {
  const focused = document.activeElement?.id;
  at("chosen").replaceChildren(...list.map(choice));
  if (focused && at(focused)) at(focused).focus();
}

function choice(line) {
  const { entry } = line;
  const swatch = element("span", { kind: "swatch", text: String(line.number), "aria-hidden": "true" });
  swatch.style.setProperty("background", look(0).lines[line.number - 1]);
  const file = element("a", { text: line.name, href: new URL(entry.link, root).href });
  const detail = element("span", { kind: "sub", text: `${entry.publisherName} · ${entry.licenceName}` });
  const remove = element("button", { type: "button", kind: "remove", id: `remove-${line.number}`, "aria-label": say("remove", { title: line.name }), text: "×" });
  remove.addEventListener("click", () => {
    const left = state.series.filter((item) => item.key !== entry.series);
    change(left.length ? { series: left } : readState("", settings.most)); // the last one takes all choices along
    at("search").focus();
  });
  const problems = [
    line.noBase ? say("no_base", { month: write.month(state.base) }) : "",
    line.noRate.length ? say("no_rate", { months: spanOf(line.noRate) }) : "",
  ].filter(Boolean).map((text) => element("span", { kind: "problem", text }));
  return element("li", {}, swatch, element("span", { kind: "name" }, file, detail, ...problems), unitOf(line), remove);
}

const spanOf = (months) => (months.length === 1 ? write.month(months[0])
  : `${write.month(months[0])} – ${write.month(months.at(-1))}`);

function unitOf(line) {
  const { entry, conversions } = line;
  if (!conversions.length) return element("span", { kind: "unit", text: entry.unitName });
  const select = element("select", { id: `unit-${line.number}`, "aria-label": say("unit_of", { title: line.name }) });
  select.append(element("option", { value: "", text: say("published_unit", { unit: entry.unitName }) }));
  for (const { unit } of conversions) select.append(element("option", { value: unit, text: unit }));
  select.value = line.conversion?.unit ?? "";
  select.addEventListener("change", () => change({
    series: state.series.map((item) => (item.key === entry.series ? { ...item, unit: select.value } : item)),
  }));
  return select;
}

// --- period, base and the day as known ---

function showControls() {
  const { days } = drawn;
  at("from").value = state.from;
  at("to").value = state.to;
  at("indexed").checked = Boolean(state.base);
  at("base").value = state.base;
  at("log").checked = state.log;
  const slider = at("asof");
  const past = days.filter((day) => !state.asOf || day <= state.asOf).length - 1;
  slider.max = String(days.length); // one step beyond the newest version is today
  slider.value = String(state.asOf ? Math.max(past, 0) : days.length);
  slider.disabled = !days.length;
  const text = state.asOf ? say("as_of_then", { day: write.day(state.asOf) }) : say("as_of_now", { day: write.day(settings.day) });
  slider.setAttribute("aria-valuetext", text);
  at("asof-day").value = state.asOf;
  at("asof-text").textContent = text;
  at("newest").disabled = !state.asOf;
}

function valid(box, pattern) {
  const right = !box.value || (pattern.test(box.value) && !Number.isNaN(Date.parse(box.value)));
  box.setAttribute("aria-invalid", String(!right));
  return right;
}

function ranged(part) {
  const next = { ...state, ...part };
  const swapped = next.from && next.to && next.from > next.to;
  change(swapped ? { from: next.to, to: next.from } : part);
  if (swapped) notice(say("bad_range"));
}

function preset(years) {
  if (!years) return ranged({ from: "", to: "" });
  const newest = drawn.lines.flatMap((line) => line.figures.map((figure) => figure[0])).sort().at(-1);
  return newest && ranged({ from: `${Number(newest.slice(0, 4)) - years}${newest.slice(4, 7)}`, to: "" });
}

// --- sentences, table, reading ---

const joined = (texts) => texts.join(words.separator);

function summary(list) {
  const periods = list.flatMap((line) => line.rows.filter((row) => row.value !== null).map((row) => row.period)).sort();
  if (!periods.length) return "";
  const frequency = common(list);
  const full = (period) => (frequency === "M" ? write.month(period.slice(0, 7)) : write.period(period, frequency));
  return say("summary", {
    names: joined(list.map((line) => line.name)),
    from: full(periods[0]),
    to: full(periods.at(-1)),
    base: state.base ? say("summary_base", { month: write.month(state.base) }) : "",
    known: state.asOf ? say("known_then", { day: write.day(state.asOf) }) : say("known_now", { day: write.day(settings.day) }),
  });
}

const common = (list) => {
  const frequencies = new Set(list.map((line) => line.entry.frequency));
  return frequencies.size === 1 ? [...frequencies][0] : frequencies.has("W") || frequencies.has("B") || frequencies.has("E") ? "E" : "M";
};

function notes(list) {
  const missing = list.some((line) => line.points.some((point) => point.segment > 0));
  const changed = list.reduce((sum, line) => sum + line.moved, 0);
  const sources = new Set(list.map((line) => [line.entry.publisherName, line.entry.licenceName].join(settings.writes.comma ?? ", ")));
  return [
    say("source", { source: joined([...sources]) }),
    ...rateNotes(list),
    state.asOf ? `${say("later")} ${say("moved", { count: changed })}` : "",
    missing ? say("gap") : "",
    list.some((line) => line.entry.frequency === "E") ? say("irregular") : "",
    list.some((line) => line.rows.some((row) => row.status.startsWith("reconstructed"))) ? say("reconstructed") : "",
    state.log && !positive(list) ? say("no_log") : "",
  ].filter(Boolean);
}

function rateNotes(list) {
  const rated = list.flatMap((line) => line.rows.filter((row) => row.rateSource));
  if (!rated.length) return [];
  const row = rated.sort((one, two) => (one.period < two.period ? -1 : 1)).at(-1);
  return [say("rate_note", {
    month: write.month(row.rateMonths.slice(0, 7)), from: row.from, to: row.to,
    rate: write.number(Number(row.rate.toPrecision(5))), source: row.rateSource,
  })];
}

function showNotes(list) {
  at("notes").replaceChildren(...(list.length ? notes(list) : []).map((text) => element("p", { text })));
}

function showTable(list) {
  const periods = [...new Set(list.flatMap((line) => line.rows.map((row) => row.period)))].sort().reverse();
  const head = element("tr", {}, element("th", { scope: "col", text: say("period") }),
    ...list.map((line) => element("th", { scope: "col" }, `${line.number}. ${line.name}`, element("span", { kind: "sub", text: line.unit }))));
  const frequency = common(list);
  const values = list.map((line) => new Map(line.rows.map((row) => [row.period, row])));
  const body = periods.map((period) => element("tr", { "data-period": period },
    element("th", { scope: "row", text: write.period(period, frequency) }),
    ...list.map((line, rank) => {
      const row = values[rank].get(period);
      return element("td", { text: row ? write.number(row.value, line.computed) : "", "data-value": row?.value ?? "" });
    })));
  at("figures").replaceChildren(element("caption", { text: say("caption_table") }),
    element("thead", {}, head), element("tbody", {}, ...body));
}

let reading = -1;
const REACH = { W: 7, B: 14, M: 31, Q: 92, S: 184, A: 366 }; // days that a figure may stand for

function hideReading() {
  reading = -1;
  at("cross").hidden = true;
  at("reading").hidden = true;
}

function showReading(place) {
  const times = timesOf(drawn.lines);
  const ground = at("canvas").querySelector("svg path.background");
  if (!times.length || !ground) return;
  reading = Math.min(Math.max(place, 0), times.length - 1);
  const time = times[reading];
  const full = drawn.lines.filter((line) => line.points.length);
  const points = full.map((line) => [line, line.points.find((point) => point.time === nearest(line.points.map((other) => other.time), time))])
    .filter(([line, point]) => Math.abs(point.time - time) < (REACH[line.entry.frequency] ?? 31) * 86400000);
  const period = new Date(time).toISOString().slice(0, 10);
  const title = write.period(period, common(full));
  const units = new Set(points.map(([line]) => line.unit));
  const unit = (line) => element("small", { text: line.unit });
  const head = element("p", {}, element("b", { text: title }), " ", units.size === 1 ? unit(points[0][0]) : "");
  at("reading").replaceChildren(head, ...points.map(([line, point]) => {
    const swatch = element("span", { kind: "swatch", text: String(line.number) });
    swatch.style.setProperty("background", look(0).lines[line.number - 1]);
    return element("p", {}, swatch, ` ${write.number(point.value, line.computed)} `, units.size > 1 ? unit(line) : "");
  }));
  const text = points.map(([line, point]) => `${line.name} : ${write.number(point.value, line.computed)} ${line.unit}`).join(words.separator);
  const plot = at("plot");
  plot.setAttribute("aria-valuemax", String(times.length - 1));
  plot.setAttribute("aria-valuenow", String(reading));
  plot.setAttribute("aria-valuetext", `${title}. ${text}`);
  put(time, ground.getBoundingClientRect());
}

function put(time, box) {
  const outer = at("plot").getBoundingClientRect();
  const [first, last] = span(withPoints(drawn.lines));
  const x = box.left - outer.left + ((time - first) / (last - first)) * box.width;
  const cross = at("cross");
  const panel = at("reading");
  cross.hidden = false;
  panel.hidden = false;
  cross.style.setProperty("left", `${x}px`);
  const left = x + 14 + panel.offsetWidth > outer.width ? x - 14 - panel.offsetWidth : x + 14;
  panel.style.setProperty("left", `${Math.max(0, left)}px`);
}

function timeAt(x) {
  const ground = at("canvas").querySelector("svg path.background");
  if (!ground) return null;
  const box = ground.getBoundingClientRect();
  const [first, last] = span(withPoints(drawn.lines));
  return first + ((x - box.left) / box.width) * (last - first);
}

// --- taking away ---

const fileName = (ending) => {
  const names = state.series.map((item) => fold(item.key).replace(/[^a-z0-9]+/g, "-")).join("_").slice(0, 80);
  return `${words.picture}-${names}-${state.asOf || settings.day}.${ending}`;
};

function pictureSpec(width = 900) {
  const full = withPoints(drawn.lines);
  const title = full.length === 1 ? full[0].name : say("compared", { count: full.length });
  const told = [summary(full).slice(joined(full.map((line) => line.name)).length + 2), ...notes(full), `${words.and_source}, ${location.href.length < 200 ? location.href : location.href.split("#")[0]}`];
  return spec(full, width, { title, notes: told, tones: settings.light }); // paper is light
}

const COLUMNS = [
  "series", "title", "period", "value", "unit", "status", "known_from", "as_known_on", "published_value",
  "published_unit", "rate", "rate_period", "rate_source", "base_month", "publisher", "licence", "address",
];

function dataRows() {
  return drawn.lines.flatMap((line) => line.rows.map((row, rank) => ({
    series: line.entry.series,
    title: line.name,
    period: row.period,
    value: row.value,
    unit: line.unit,
    status: row.status,
    known_from: row.knownFrom,
    as_known_on: state.asOf || settings.day,
    published_value: line.conversion ? row.published : line.published[rank].value,
    published_unit: line.entry.unitName,
    rate: row.rate,
    rate_period: row.rateMonths,
    rate_source: row.rateSource,
    base_month: state.base,
    publisher: line.entry.publisherName,
    licence: line.entry.licence,
    address: new URL(line.entry.document, root).href,
  })));
}

async function picture() {
  const embed = await vega();
  const made = await embed(document.createElement("div"), pictureSpec(), embedding());
  return made.view;
}

const TAKE = {
  svg: async () => download(fileName("svg"), await (await picture()).toSVG(), "image/svg+xml"),
  png: async () => {
    const canvas = await (await picture()).toCanvas(2);
    download(fileName("png"), await new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); }));
  },
  csv: async () => download(fileName("csv"), csv(COLUMNS, dataRows()), "text/csv;charset=utf-8"),
  spec: async () => download(fileName("vl.json"), JSON.stringify(pictureSpec(), null, 1), "application/json"),
  link: async () => {
    keepAddress();
    await navigator.clipboard.writeText(location.href).then(() => notice(say("copied")), () => notice(say("not_copied")));
  },
};

// --- wiring ---

function start() {
  const chosen = () => state.series.map((item) => item.key);
  picker(at("search"), at("found"), {
    entries: async () => (await catalogue()).listed,
    chosen,
    choose: (key) => {
      if (state.series.length >= settings.most) { notice(say("full")); return; }
      change({ series: [...state.series, { key, unit: "" }] });
    },
    describe: (entry) => ({
      title: entry.title,
      detail: `${entry.unitName} · ${write.period(entry.first, entry.frequency)} – ${write.period(entry.last, entry.frequency)} · ${entry.publisherName}`,
    }),
    words,
    say: (text) => { at("matches").textContent = text; },
  });
  for (const example of settings.examples) {
    const button = element("button", { type: "button", text: example.name });
    button.addEventListener("click", () => { state = readState(example.state, settings.most); redraw().then(keepAddressSoon); });
    at("examples").append(button);
  }
  const text = (id, pattern, act) => at(id).addEventListener("change", () => { if (valid(at(id), pattern)) act(at(id).value); });
  text("from", MONTH, (from) => ranged({ from }));
  text("to", MONTH, (to) => ranged({ to }));
  text("base", MONTH, (base) => change({ base }));
  text("asof-day", ISO_DAY, (asOf) => change({ asOf }));
  at("indexed").addEventListener("change", () => change({ base: at("indexed").checked ? "auto" : "" }));
  at("log").addEventListener("change", () => change({ log: at("log").checked }));
  at("newest").addEventListener("click", () => { at("asof").focus(); change({ asOf: "" }); });
  at("asof").addEventListener("input", () => change({ asOf: drawn.days[Number(at("asof").value)] ?? "" }));
  for (const button of document.querySelectorAll("[data-years]")) {
    button.addEventListener("click", () => preset(Number(button.dataset.years)));
  }
  for (const button of document.querySelectorAll("#take button")) {
    button.addEventListener("click", () => TAKE[button.dataset.take]().catch((fault) => { console.warn(fault); notice(say("failed")); }));
  }
  const plot = at("plot");
  plot.addEventListener("pointermove", (event) => {
    const time = timeAt(event.clientX);
    const times = timesOf(drawn.lines);
    if (time !== null && times.length) showReading(times.indexOf(nearest(times, time)));
  });
  plot.addEventListener("pointerleave", hideReading);
  plot.addEventListener("blur", hideReading);
  plot.addEventListener("focus", () => { if (reading < 0) showReading(Infinity); });
  plot.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 12, PageDown: -12, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    showReading(Math.abs(step) === Infinity ? (step > 0 ? Infinity : 0) : reading + step);
  });
  addEventListener("hashchange", () => { state = readState(location.hash, settings.most); redraw(); });
  dark.addEventListener("change", redraw);
  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; redraw(); } });
  at("explorer").hidden = false;
  at("every").open = false;
  if (!state.series.length && settings.examples.length) state = readState(settings.examples[0].state, settings.most);
  redraw();
}

start();
