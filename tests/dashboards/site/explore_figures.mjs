// The pure functions of the explorer, run by node: `node explore_figures.mjs FOLDER`.
import assert from "node:assert/strict";

const own = (name) => import(`file://${process.argv[2]}/${name}.js`);
const figures = await own("figures");
const { apart, broken } = await own("chart");

// Census Bureau, spending of a month in two versions; a third month is withdrawn later.
const VERSIONS = [
  ["2026-01-01", 100, "preliminary", "2026-03-02T00:00:00Z"],
  ["2026-01-01", 104, "final", "2026-04-01T09:30:00Z"],
  ["2026-02-01", 110, "final", "2026-04-01T09:30:00Z"],
  ["2026-03-01", 120, "final", "2026-05-01T00:00:00Z"],
  ["2026-03-01", 120, "withdrawn", "2026-06-01T00:00:00Z"],
];
const values = (rows) => rows.map((row) => row.value);

// the day counts to its end; before the first version there is nothing
assert.deepEqual(figures.asKnown(VERSIONS, "2026-03-01"), []);
assert.deepEqual(values(figures.asKnown(VERSIONS, "2026-03-31")), [100]);
assert.deepEqual(values(figures.asKnown(VERSIONS, "2026-04-01")), [104, 110]);
assert.deepEqual(values(figures.asKnown(VERSIONS, "2026-05-31")), [104, 110, 120]);
assert.deepEqual(values(figures.asKnown(VERSIONS, "")), [104, 110, null]);
assert.deepEqual(values(figures.asKnown([...VERSIONS].reverse(), "")), [104, 110, null]);
assert.deepEqual(figures.knownDays([VERSIONS]), ["2026-03-02", "2026-04-01", "2026-05-01", "2026-06-01"]);
assert.equal(figures.moved(figures.asKnown(VERSIONS, "2026-05-31"), figures.asKnown(VERSIONS, "2026-03-31")), 3);
assert.equal(figures.moved(figures.asKnown(VERSIONS, ""), figures.asKnown(VERSIONS, "")), 0);

// a month without a figure, or without a value, breaks the line; a quarter's months do not
const line = (periods, frequency) => figures.segments(
  periods.map(([period, value]) => ({ period, value })), frequency).map((point) => [point.segment, point.alone]);
assert.deepEqual(line([["2026-01-01", 1], ["2026-02-01", 2], ["2026-04-01", 3]], "M"), [[0, false], [0, false], [1, true]]);
assert.deepEqual(line([["2026-01-01", 1], ["2026-02-01", null], ["2026-03-01", 3]], "M"), [[0, true], [1, true]]);
assert.deepEqual(line([["2026-01-01", 1], ["2026-04-01", 2], ["2026-10-01", 3]], "Q"), [[0, false], [0, false], [1, true]]);
assert.deepEqual(line([["2020-01-01", 1], ["2026-03-01", 2]], "E"), [[0, true], [0, true]]);

// 100 is the month, the mean of its weeks, or the quarter that it is in; never zero or less
const rows = (pairs) => pairs.map(([period, value]) => ({ period, value }));
assert.equal(figures.baseValue(rows([["2020-01-06", 2], ["2020-01-13", 4], ["2020-02-03", 9]]), "2020-01", "W"), 3);
assert.equal(figures.baseValue(rows([["2020-01-01", 7], ["2020-04-01", 9]]), "2020-03", "Q"), 7);
assert.equal(figures.baseValue(rows([["2020-01-01", 7]]), "2020-03", "M"), null);
assert.equal(figures.baseValue(rows([["2020-01-01", -7]]), "2020-01", "M"), null);
assert.deepEqual(values(figures.indexed(rows([["2020-01-01", 7], ["2020-02-01", 21], ["2020-03-01", null]]), 7)), [100, 300, null]);
const short = { rows: rows([["2020-02-01", 1], ["2020-03-01", 2]]), frequency: "M" };
const long = { rows: rows([["2019-01-01", 1], ["2020-02-01", null], ["2020-03-01", 2]]), frequency: "M" };
assert.equal(figures.firstCommonMonth([short, long]), "2020-03");
assert.equal(figures.firstCommonMonth([short, { rows: [], frequency: "M" }]), "");

// the rate of the month, else of the year before; not before the month is over; none is no value
const RATES = { USD: { "2019-12": [1.1, "ECB 2019-12"], "2020-03": [1.2, "ECB 2020-03"] } };
const usd = { unit: "USD/MWh", factor: 1, from: "EUR", to: "USD" };
const euro = rows([["2018-01-01", 10], ["2020-02-01", 10], ["2020-03-01", 10]]);
const converted = figures.converted(euro, usd, RATES, "");
assert.deepEqual(values(converted), [null, 11, 12]);
assert.deepEqual(converted.map((row) => row.rateSource), ["", "ECB 2019-12", "ECB 2020-03"]);
assert.deepEqual(values(figures.converted(euro, usd, RATES, "2020-03-30")), [null, 11, 11]);
assert.deepEqual(values(figures.converted(rows([["2020-03-01", 12.345]]), { unit: "USD/MWh", factor: 10, from: "", to: "" }, {}, "")), [123.45]);

// accents, case, order of words and a typo are forgiven; an unknown word finds nothing
const ENTRIES = ["Électricité, prix de gros, Allemagne wholesale Germany", "Électricité, prix de gros, France", "Amazon, dépenses d’investissement"]
  .map((words, rank) => ({ series: String(rank), words }));
const search = (words) => figures.search(ENTRIES, words).map((entry) => entry.series);
assert.deepEqual(search("ELECTRICITE allem"), ["0"]);
assert.deepEqual(search("france gros"), ["1"]);
assert.deepEqual(search("électrcité"), ["0", "1"]);
assert.deepEqual(search("investissements"), ["2"]);
assert.deepEqual(search("germany cobalt"), []);
assert.deepEqual(search("de la"), []);

// an address holds the choices and no more; what it says wrongly is left out
const state = { series: [{ key: "a.b", unit: "USD/MWh" }, { key: "c", unit: "" }], from: "2020-01", to: "", base: "2020-02", log: true, asOf: "2026-03-09" };
assert.deepEqual(figures.readState(figures.writeState(state), 6), state);
assert.equal(figures.writeState(figures.readState("", 6)), "");
assert.deepEqual(figures.readState("#s=a,a,b,c&from=1&asof=2026-13-01&base=<b>&log=2", 2), { series: [{ key: "a", unit: "" }, { key: "b", unit: "" }], from: "", to: "", base: "", log: false, asOf: "" });

// no cell is a formula, and a comma, a quote or a new line stays in its cell
assert.equal(figures.csv(["a", "b"], [{ a: "=1+1", b: -2.5 }, { a: "x, \"y\"", b: null }]), "a,b\n'=1+1,-2.5\n\"x, \"\"y\"\"\",\n");

// numbers at the ends of lines do not overlap, and an address is cut where the line ends
const ends = apart([{ v: 10, end: "1" }, { v: 10, end: "2" }, { v: 0, end: "3" }], [{ v: 0 }, { v: 10 }], { height: 100, log: false });
assert.deepEqual(ends.map((end) => end.dy), [0, 13, 0]);
assert.deepEqual(broken("one two https://long", 8), ["one two", "https://", "long"]);
console.log("ok");
