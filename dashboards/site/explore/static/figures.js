// What the explorer works out of published figures: pure functions, without a page.
// A figure is [period, value, status, known_from], as in series/<key>.json; periods are days,
// YYYY-MM-DD, and known_from an instant, both in UTC, so that texts compare as dates do.

export const END_OF_DAY = "T23:59:59Z";

// Days from one period to the next beyond which one is missing between them. Weekly and biweekly
// readings may slip by some days; E (events: auctions, tariffs) has no rhythm, so no gap.
const LONGEST = { D: 5, W: 10, B: 24, M: 32, Q: 93, S: 185, A: 367 };
const DAY = 86400000;

// Of each period the version with the newest known_from that is not after `day`; all if "".
// A figure that was withdrawn, or has no value, stays as a row without a value.
export function asKnown(figures, day) {
  const newest = new Map();
  for (const [period, value, status, knownFrom] of figures) {
    if (day && knownFrom > day + END_OF_DAY) continue;
    const other = newest.get(period);
    if (other && other.knownFrom > knownFrom) continue;
    const shown = status === "withdrawn" ? null : value;
    newest.set(period, { period, value: shown, status, knownFrom });
  }
  return [...newest.values()].sort((one, two) => (one.period < two.period ? -1 : 1));
}

// The days on which something became known, the oldest first.
export function knownDays(lists) {
  const days = lists.flatMap((figures) => figures.map((figure) => figure[3].slice(0, 10)));
  return [...new Set(days)].sort();
}

// How many figures of the first list differ in the second, or are not in it.
export function moved(now, then) {
  const before = new Map(then.map((row) => [row.period, row.value]));
  return now.filter((row) => before.get(row.period) !== row.value
    && !(row.value === null && !before.has(row.period))).length;
}

// The rows from a month to a month, YYYY-MM, "" where there is no limit.
export function within(rows, from, to) {
  return rows.filter(({ period }) => (!from || period.slice(0, 7) >= from)
    && (!to || period.slice(0, 7) <= to));
}

// In another unit, with the rate of the month of each period, else the newest one of the twelve
// months before: the rule of the command line and of the Python client. A month counts from its
// end, so that a rate is not used before it was known. Without a rate there is no value.
export function converted(rows, conversion, rates, day) {
  return rows.map((row) => {
    const month = row.period.slice(0, 7);
    const ends = [conversion.from, conversion.to].map((code) => rateOf(code, month, rates, day));
    const published = { published: row.value, rate: null, rateMonths: "", rateSource: "" };
    if (ends.some((end) => end === null)) {
      return { ...row, ...published, value: null, noRate: row.value !== null };
    }
    const [ours, theirs] = ends;
    const rate = theirs.rate / ours.rate;
    const told = [...new Map(ends.filter((end) => end.month).map((end) => [end.source, end])).values()];
    return {
      ...row,
      ...published,
      value: row.value === null ? null : Number((row.value * conversion.factor * rate).toPrecision(10)),
      from: conversion.from,
      to: conversion.to,
      rate: told.length ? rate : null,
      rateMonths: [...new Set(told.map((end) => end.month))].join(", "),
      rateSource: told.map((end) => end.source).join("; "),
    };
  });
}

function rateOf(code, month, rates, day) {
  if (!code || code === "EUR") return { rate: 1, month: "", source: "" };
  const yearBefore = `${Number(month.slice(0, 4)) - 1}${month.slice(4)}`;
  const usable = Object.keys(rates[code] ?? {}).filter((other) => other > yearBefore
    && other <= month && (!day || `${other}-31` <= day)).sort();
  if (!usable.length) return null;
  const [rate, source] = rates[code][usable.at(-1)];
  return { rate, month: usable.at(-1), source };
}

// The value that stands for 100: the mean of the figures of a month, or the figure of the quarter,
// half-year or year that the month is in. Null where there is none above zero.
export function baseValue(rows, month, frequency) {
  const length = { Q: 3, S: 6, A: 12 }[frequency] ?? 1;
  const wanted = monthNumber(month);
  const inside = rows.filter(({ period, value }) => {
    const start = monthNumber(period);
    return value !== null && start <= wanted && wanted < start + length;
  });
  if (!inside.length) return null;
  const mean = inside.reduce((sum, row) => sum + row.value, 0) / inside.length;
  return mean > 0 ? mean : null;
}

const monthNumber = (text) => 12 * Number(text.slice(0, 4)) + Number(text.slice(5, 7));

export function indexed(rows, base) {
  return rows.map((row) => ({
    ...row, value: row.value === null || base === null ? null : Number(((100 * row.value) / base).toPrecision(10)),
  }));
}

// The newest month in which all of these series have a base, "" without one: where a comparison
// begins if the reader names no month is the first such month in the span shown.
export function firstCommonMonth(lists) {
  const starts = lists.map(({ rows }) => rows.find((row) => row.value !== null)?.period ?? "");
  if (!starts.length || starts.includes("")) return "";
  const months = [...new Set(lists.flatMap(({ rows }) => rows.map((row) => row.period.slice(0, 7))))];
  const latest = starts.sort().at(-1).slice(0, 7);
  return months.sort().find((month) => month >= latest
    && lists.every(({ rows, frequency }) => baseValue(rows, month, frequency) !== null)) ?? "";
}

// The points of a line: `segment` counts up where a figure is missing, so that no line is drawn
// over a gap; `alone` tells a point that has no neighbour to be joined with, or no rhythm.
export function segments(rows, frequency) {
  const longest = LONGEST[frequency] ?? Infinity;
  let segment = 0;
  let before = null;
  const points = [];
  for (const row of rows) {
    const time = Date.parse(row.period);
    if (row.value === null) { before = null; segment += 1; continue; }
    if (before !== null && (time - before) / DAY > longest) segment += 1;
    points.push({ ...row, time, segment });
    before = time;
  }
  const counts = new Map();
  for (const { segment: own } of points) counts.set(own, (counts.get(own) ?? 0) + 1);
  return points.map((point) => ({ ...point, alone: frequency === "E" || counts.get(point.segment) === 1 }));
}

// The point nearest to a time.
export function nearest(times, time) {
  return times.reduce((best, other) => (Math.abs(other - time) < Math.abs(best - time) ? other : best), times[0]);
}

// --- search: as `silentcrash series search`, in both languages, without accents ---

const EMPTY = new Set(("a an and at by for from in of on per the to with au aux chez d dans de des"
  + " du en et l la le les par pour sur un une").split(" "));

export const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// Arabic words without their article.
export const tokens = (text) => (fold(text).match(/[a-z0-9\u0620-\u064a]+/g) ?? [])
  .map((word) => word.replace(/^\u0627\u0644(?=...)/, "")).filter((word) => !EMPTY.has(word));

// The entries in which every word is found or begins a word, the best first; a word that is
// nowhere may be a typo of one letter or two.
export function search(entries, words) {
  const wanted = tokens(words);
  if (!wanted.length) return [];
  const owned = entries.map((entry) => new Set(tokens(entry.words)));
  const vocabulary = [...new Set(owned.flatMap((own) => [...own]))];
  const alike = wanted.map((word) => likely(word, vocabulary));
  return entries
    .map((entry, rank) => ({ entry, rank, score: worth(owned[rank], alike) }))
    .filter(({ score }) => score > 0)
    .sort((one, two) => two.score - one.score || one.rank - two.rank)
    .map(({ entry }) => entry);
}

function likely(word, vocabulary) {
  const begun = vocabulary.filter((other) => other.startsWith(word));
  if (begun.length) return new Map(begun.map((other) => [other, other === word ? 1 : 0.8]));
  const most = word.length > 7 ? 2 : 1;
  const near = word.length < 4 ? [] : vocabulary.filter((other) => distance(word, other) <= most);
  return new Map(near.map((other) => [other, 0.6]));
}

function worth(own, alike) {
  let sum = 0;
  for (const meanings of alike) {
    let best = 0;
    for (const [word, value] of meanings) if (value > best && own.has(word)) best = value;
    if (!best) return 0;
    sum += best;
  }
  return sum;
}

// Letters to change, add or leave out between two words.
export function distance(one, two) {
  if (Math.abs(one.length - two.length) > 2) return 3;
  let row = Array.from({ length: two.length + 1 }, (_, column) => column);
  for (let line = 1; line <= one.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= two.length; column += 1) {
      const change = row[column - 1] + (one[line - 1] === two[column - 1] ? 0 : 1);
      next.push(Math.min(change, row[column] + 1, next[column - 1] + 1));
    }
    row = next;
  }
  return row[two.length];
}

// --- the address and the file ---

export const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
export const ISO_DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const only = (pattern, text) => (pattern.test(text ?? "") ? text : "");

// The choices that an address holds; what is not understood is left out.
export function readState(hash, most) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const keys = [...new Set((given.get("s") ?? "").split(",").filter(Boolean))].slice(0, most);
  const units = (given.get("u") ?? "").split(",");
  return {
    series: keys.map((key, rank) => ({ key, unit: units[rank] ?? "" })),
    from: only(MONTH, given.get("from")),
    to: only(MONTH, given.get("to")),
    base: only(MONTH, given.get("base")),
    log: given.get("log") === "1",
    asOf: only(ISO_DAY, given.get("asof")),
  };
}

// The address of choices: short, and the same for the same choices.
export function writeState(state) {
  const listed = new URLSearchParams();
  if (state.series.length) listed.set("s", state.series.map((item) => item.key).join(","));
  if (state.series.some((item) => item.unit)) listed.set("u", state.series.map((item) => item.unit).join(","));
  for (const [name, value] of [["from", state.from], ["to", state.to], ["base", state.base],
    ["log", state.log ? "1" : ""], ["asof", state.asOf]]) if (value) listed.set(name, value);
  const text = listed.toString().replaceAll("%2C", ",");
  return text ? `#${text}` : "";
}

// A table as CSV; text that a spreadsheet would take for a formula gets an apostrophe, as in the
// published files.
export function csv(columns, rows) {
  const cell = (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const safe = /^(\s*[=+\-@＝＋－＠]|[\t\r])/.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll("\"", "\"\"")}"` : safe;
  };
  const lines = [columns, ...rows.map((row) => columns.map((name) => row[name]))];
  return `${lines.map((line) => line.map(cell).join(",")).join("\n")}\n`;
}
