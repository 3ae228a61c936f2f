// How dates, figures and sentences are written in the language of the page.

export function writer({ locale, first, quarter, quarters }, words) {
  const dates = (options) => new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });
  const month = dates({ month: "short", year: "numeric" });
  const longMonth = dates({ month: "long", year: "numeric" });
  const day = dates({ day: "numeric", month: "long", year: "numeric" });

  const say = (name, values = {}) => String(words[name])
    .replace(/\{(\w+)\}/g, (_, hole) => String(values[hole] ?? ""));

  const quarterName = (rank) => (quarters ? quarters[rank - 1] : `${quarter}${rank}`);

  const inFull = (text) => day.format(Date.parse(text)).replace(/^1 /, first ? `${first} ` : "1 ");

  return {
    say,
    month: (text) => longMonth.format(Date.parse(`${text}-01`)),
    day: inFull,

    // A period by the frequency of its series: T2 2026, sept. 2026, 2026, a day.
    period: (text, frequency) => {
      const time = Date.parse(text);
      const year = text.slice(0, 4);
      if (frequency === "M") return month.format(time);
      if (frequency === "Q") return `${quarterName(Math.ceil(Number(text.slice(5, 7)) / 3))} ${year}`;
      if (frequency === "A") return year;
      if (frequency === "S") return `${words.half}${Number(text.slice(5, 7)) < 7 ? 1 : 2} ${year}`;
      return inFull(text);
    },

    // As published, or with what is left of its precision after a conversion.
    number: (value, computed) => {
      if (value === null || value === undefined) return words.no_value;
      const size = Math.abs(value);
      const digits = computed ? (size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4) : 6;
      return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value).replace("-", "\u2212");
    },
  };
}

// An element with its text, class and attributes: text is never taken for HTML.
export function element(name, { text = "", kind = "", ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (kind) made.className = kind;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Give a file to the reader.
export function download(name, body, type) {
  const address = URL.createObjectURL(body instanceof Blob ? body : new Blob([body], { type }));
  const link = element("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000); // the browser has begun by then
}
