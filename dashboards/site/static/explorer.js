// The index by the reader's choices: a dimension is the weighted mean of the indicators kept, the
// index that of the dimensions; withheld where what is present weighs under the method's floor.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const inputs = [...document.querySelectorAll("input[data-key]")];
  const parts = [...document.querySelectorAll("input[data-part]")];
  const lang = data.locale ?? document.documentElement.lang;
  const spaced = /\s/.test(new Intl.NumberFormat(lang, { style: "percent" }).format(0));
  const format = new Intl.NumberFormat(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const said = (value) => (value === null ? "–" : format.format(value).replace("-", "\u2212"));

  // The mean of scores by their weights, null where those present weigh under the floor.
  const mean = (pairs, floor) => {
    let whole = 0, present = 0, sum = 0;
    for (const [weight, score] of pairs) {
      whole += weight;
      if (score !== null) { present += weight; sum += weight * score; }
    }
    return present > 0 && present / whole >= floor - 1e-9 ? sum / present : null;
  };

  const dimension = (key, kept, place) => mean(
    kept.filter((part) => part.startsWith(`${key}.`))
      .map((part) => [data.weights[part], data.scores[part][place]]),
    data.floors.dimension,
  );

  // A line through the months that have a value; it breaks where one has none.
  const line = (values) => values
    .map((value, place) => (value === null ? "" :
      `${place && values[place - 1] !== null ? "L" : "M"}` +
      `${(600 * place) / (values.length - 1)},${200 - 2 * value}h0`))
    .join("");

  const draw = () => {
    const weights = Object.fromEntries(inputs.map((one) => [one.dataset.key, Number(one.value)]));
    const whole = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    const kept = parts.filter((one) => one.checked).map((one) => one.dataset.part);
    const last = data.months.length - 1;
    const values = data.months.map((_, place) => mean(
      Object.entries(weights).map(([key, weight]) => [weight, dimension(key, kept, place)]),
      data.floors.index,
    ));
    for (const one of inputs) {
      const score = dimension(one.dataset.key, kept, last);
      document.getElementById(`score-${one.dataset.key}`).textContent = said(score);
      const share = whole > 0 ? (100 * weights[one.dataset.key]) / whole : 0;
      document.getElementById(`share-${one.dataset.key}`).textContent =
        `${format.format(share)}${spaced ? "\u00a0" : ""}%`;
    }
    const read = values.map((value, place) => (data.estimates[place] ? null : value));
    document.getElementById("yours").setAttribute("d", line(read));
    document.getElementById("result").textContent = said(values[last]);
    data.months.forEach((month, place) => {
      const cell = document.getElementById(`m-${month}`);
      cell.textContent = said(values[place]);
      cell.dataset.value = values[place] === null ? "" : String(values[place]);
    });
  };

  const reset = document.getElementById("reset");
  document.getElementById("published").setAttribute("d", line(data.index));
  for (const one of [...inputs, ...parts]) {
    one.disabled = false;
    one.addEventListener("input", draw);
  }
  reset.disabled = false;
  reset.addEventListener("click", () => {
    inputs.forEach((one) => { one.value = one.defaultValue; });
    parts.forEach((one) => { one.checked = true; });
    draw();
  });
  draw();
})();
