// Draws the rows of a table or a question of Datasette with Vega-Lite, from this server alone.
// What is drawn is in the fragment of the address: #mark=line&x=period&y=index&colour=series.

const MARKS = { line: "Ligne · Line", bar: "Barres · Bars", point: "Points" };
const AXES = { x: "x", y: "y", colour: "Couleur · Colour" };
const DAY = /^\d{4}-\d{2}-\d{2}/;
const MOST = "max"; // rows: as many as the server gives
const table = document.querySelector("table.rows-and-columns");

if (table) {
  const names = [...new Set([...table.querySelectorAll("th")].map(column))].filter(Boolean);
  start(names);
}

function column(head) {
  return head.dataset.column ?? head.textContent.trim().split(/\s/)[0];
}

function start(names) {
  const panel = document.createElement("details");
  panel.id = "draw";
  panel.innerHTML = '<summary>Dessiner · Draw</summary><p></p><div role="img"></div><p role="status"></p>';
  const [dials, canvas, status] = panel.querySelectorAll("p, div");
  const choices = {
    mark: select("mark", "Forme · Mark", Object.entries(MARKS)),
    ...Object.fromEntries(Object.entries(AXES).map(([axis, label]) => {
      const none = axis === "colour" ? [["", "–"]] : [];
      return [axis, select(axis, label, [...none, ...names.map((name) => [name, name])])];
    })),
  };
  if (names.length > 1) choices.y.value = names[1];
  for (const [axis, choice] of Object.entries(choices)) {
    const label = Object.assign(document.createElement("label"), { textContent: `${choice.title} ` });
    label.append(choice);
    dials.append(label, " ");
    choice.addEventListener("change", () => { location.hash = new URLSearchParams(chosen(choices)); });
  }
  table.closest(".table-wrapper, div, form, body").before(panel);
  panel.addEventListener("toggle", () => { if (panel.open && !location.hash) draw(); });
  window.addEventListener("hashchange", follow);
  follow();

  function follow() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    if (!wanted.has("mark")) return;
    for (const [axis, choice] of Object.entries(choices)) choice.value = wanted.get(axis) ?? "";
    panel.open = true;
    draw();
  }

  async function draw() {
    const wanted = chosen(choices);
    panel.setAttribute("aria-busy", "true");
    try {
      const rows = await figures();
      canvas.setAttribute("aria-label", `${wanted.mark}: ${wanted.y} × ${wanted.x}, ${rows.length}`);
      await window.vegaEmbed(canvas, specification(rows, wanted), {
        renderer: "svg", actions: { export: true, source: false, compiled: false, editor: false },
      });
      status.textContent = "";
    } catch (fault) {
      status.textContent = `Rien n’est dessiné · Nothing is drawn: ${fault.message}`;
    }
    panel.removeAttribute("aria-busy");
  }
}

function chosen(choices) {
  return Object.fromEntries(Object.entries(choices).map(([axis, choice]) => [axis, choice.value]));
}

function select(name, title, options) {
  const choice = Object.assign(document.createElement("select"), { name, title });
  choice.append(...options.map(([value, text]) => new Option(text, value)));
  return choice;
}

async function figures() {
  const address = new URL(location.href);
  address.hash = "";
  address.pathname = address.pathname.replace(/\/$/, "") + ".json";
  address.searchParams.set("_shape", "array");
  address.searchParams.set("_size", MOST);
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
}

function specification(rows, { mark, x, y, colour }) {
  const encoding = { x: axis(rows, x, mark), y: axis(rows, y, mark) };
  if (colour) encoding.color = { field: field(colour), type: "nominal", title: colour };
  if (mark === "bar" && encoding.y.type === "nominal") encoding.y.sort = "-x";
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    data: { values: rows }, width: 760, height: encoding.y.type === "nominal" ? { step: 16 } : 360,
    mark: { type: mark, ...(mark === "line" ? { point: { size: 14 } } : {}), tooltip: true },
    encoding,
  };
}

function axis(rows, name, mark) {
  const values = rows.map((row) => row[name]).filter((value) => value !== null && value !== undefined);
  const encoded = { field: field(name), title: name };
  if (values.every((value) => typeof value === "number")) {
    return { ...encoded, type: "quantitative", scale: { zero: mark === "bar" } };
  }
  const dated = values.every((value) => DAY.test(value));
  return dated ? { ...encoded, type: "temporal", scale: { type: "utc" } } : { ...encoded, type: "nominal", sort: null, axis: { labelLimit: 320 } };
}

// Vega reads points and brackets of a name as a path.
function field(name) {
  return name.replace(/[.[\]]/g, "\\$&");
}
