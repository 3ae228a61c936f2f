// The index by the reader's weights: the weighted mean of the dimensions that are present,
// withheld where they hold less than the floor of the whole weight, as in the method.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const inputs = [...document.querySelectorAll("input[data-key]")];
  const lang = document.documentElement.lang;
  const format = new Intl.NumberFormat(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const said = (value) => (value === null ? "–" : format.format(value).replace("-", "\u2212"));

  const mean = (weights, place) => {
    let whole = 0, present = 0, sum = 0;
    for (const [key, weight] of Object.entries(weights)) {
      const score = data.scores[key][place];
      whole += weight;
      if (score !== null) { present += weight; sum += weight * score; }
    }
    return present > 0 && present / whole >= data.floor - 1e-9 ? sum / present : null;
  };

  const points = (values) => values
    .map((value, place) => [value, place])
    .filter(([value]) => value !== null)
    .map(([value, place]) => `${(600 * place) / (values.length - 1)},${200 - 2 * value}`)
    .join(" ");

  const draw = () => {
    const weights = Object.fromEntries(inputs.map((one) => [one.dataset.key, Number(one.value)]));
    const whole = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    const values = data.months.map((_, place) => mean(weights, place));
    for (const one of inputs) {
      const share = whole > 0 ? (100 * weights[one.dataset.key]) / whole : 0;
      document.getElementById(`share-${one.dataset.key}`).textContent =
        `${format.format(share)}${lang === "fr" ? "\u00a0" : ""}%`;
    }
    document.getElementById("yours").setAttribute("points", points(values));
    document.getElementById("result").textContent = said(values[values.length - 1]);
    data.months.forEach((month, place) => {
      const cell = document.getElementById(`m-${month}`);
      cell.textContent = said(values[place]);
      cell.dataset.value = values[place] === null ? "" : String(values[place]);
    });
  };

  const reset = document.getElementById("reset");
  document.getElementById("published").setAttribute("points", points(data.index));
  inputs.forEach((one) => { one.disabled = false; one.addEventListener("input", draw); });
  reset.disabled = false;
  reset.addEventListener("click", () => {
    inputs.forEach((one) => { one.value = one.defaultValue; });
    draw();
  });
  draw();
})();
