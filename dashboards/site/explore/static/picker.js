// The box in which a series is searched: a list under it, by the pattern of a combobox. Up, down,
// home and end move in the list, enter chooses, escape closes; the focus stays in the box.
import { search } from "./figures.js";

const SHOWN = 12; // a list longer than that is not read: one more word is faster

// `entries` gives the catalogue (a promise), `chosen` the keys drawn, `choose` takes a key and
// `describe` gives title and detail of an entry; `say` puts a sentence where it is read out.
export function picker(box, list, { entries, chosen, choose, describe, words, say }) {
  let shown = [];
  let active = -1;

  const close = () => {
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
    active = -1;
  };

  const point = (place) => {
    const options = [...list.querySelectorAll("[role=option]")];
    if (!options.length) return;
    active = (place + options.length) % options.length;
    options.forEach((option, rank) => option.setAttribute("aria-selected", String(rank === active)));
    options[active].scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", options[active].id);
  };

  const take = (entry) => {
    box.value = "";
    say("");
    close();
    choose(entry.series);
  };

  const option = (entry, rank) => {
    const item = document.createElement("li");
    const title = document.createElement("span");
    const detail = document.createElement("span");
    const own = describe(entry);
    title.textContent = own.title;
    detail.textContent = own.detail;
    detail.className = "sub";
    item.append(title, detail);
    item.id = `option-${rank}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(entry); });
    return item;
  };

  const open = async () => {
    const text = box.value;
    if (!text.trim()) { close(); say(""); return; }
    const matches = search(await entries(), text).filter((entry) => !chosen().includes(entry.series));
    if (text !== box.value) return; // the reader has typed on
    shown = matches.slice(0, SHOWN);
    list.replaceChildren(...shown.map(option));
    if (matches.length > SHOWN) {
      const more = document.createElement("li");
      more.className = "sub";
      more.setAttribute("role", "presentation");
      more.textContent = words.more.replace("{count}", String(matches.length - SHOWN));
      list.append(more);
    }
    active = -1;
    box.removeAttribute("aria-activedescendant");
    list.hidden = !shown.length;
    box.setAttribute("aria-expanded", String(Boolean(shown.length)));
    const found = matches.length === 1 ? words.match : words.matches.replace("{count}", String(matches.length));
    say(matches.length ? found : words.no_match);
  };

  const KEYS = {
    ArrowDown: () => point(active + 1),
    ArrowUp: () => point(active < 0 ? -1 : active - 1),
    Escape: () => { if (list.hidden) box.value = ""; close(); },
    Enter: () => { if (shown.length) take(shown[Math.max(active, 0)]); },
  };

  box.addEventListener("input", open);
  box.addEventListener("focus", () => { if (box.value) open(); });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", async (event) => {
    if (!KEYS[event.key]) return;
    event.preventDefault();
    if (list.hidden && event.key.startsWith("Arrow")) await open();
    if (!list.hidden || event.key === "Escape") KEYS[event.key]();
  });
}
