/*
 * The search of a map: what is found is flown to.
 */
(function () {
  "use strict";

  const SEARCH_WAIT_MS = 200;

  function option(projectMap, found, number, close) {
    const item = document.createElement("li");
    const away = found.lon === null;
    item.id = `map-found-${number}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.textContent = away ? `${found.name}（${projectMap.words.unlocated}）` : found.name;
    item.addEventListener("mousedown", (event) => event.preventDefault());
    item.addEventListener("click", () => {
      close();
      if (away) window.location.assign(found.url);
      else projectMap.open(found.code, found);
    });
    return item;
  }

  /* A combobox: the focus stays in the field, aria-activedescendant says which of the found ones is meant. */
  function searchAll(projectMap) {
    const input = document.querySelector("[data-map-search]");
    const list = document.querySelector("[data-map-found]");
    if (!input) return;
    list.id = "map-found";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", projectMap.words.results);
    const fixed = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" };
    Object.entries(fixed).forEach(([name, value]) => input.setAttribute(name, value));
    let waiting = null;
    let asked = 0;
    const mark = (item) => {
      list.querySelectorAll("[role=option]").forEach((one) => one.setAttribute("aria-selected", String(one === item)));
      if (item) input.setAttribute("aria-activedescendant", item.id);
      else input.removeAttribute("aria-activedescendant");
      if (item) item.scrollIntoView({ block: "nearest" });
    };
    const close = () => {
      window.clearTimeout(waiting);
      asked += 1;
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      mark(null);
    };
    const look = async () => {
      if (!input.value.trim()) { close(); return; }
      asked += 1;
      const mine = asked;
      const { results } = await projectMap.source.search(input.value);
      if (mine !== asked) return;
      list.replaceChildren(...results.map((found, number) => option(projectMap, found, number, close)));
      if (!results.length) {
        const none = list.appendChild(document.createElement("li"));
        none.setAttribute("role", "option");
        none.setAttribute("aria-disabled", "true");
        none.textContent = projectMap.words.none_found;
      }
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      mark(null);
    };
    const soon = (wait) => {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(() => look().catch((error) => projectMap.explain(error)), wait);
    };
    input.addEventListener("input", () => soon(SEARCH_WAIT_MS));
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      const items = [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
      const at = items.findIndex((one) => one.id === input.getAttribute("aria-activedescendant"));
      if (event.key === "Escape" && !list.hidden) { event.preventDefault(); event.stopPropagation(); close(); }
      if (event.key === "Enter" && !list.hidden && items.length) { event.preventDefault(); items[Math.max(0, at)].click(); }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      if (list.hidden) soon(0);
      else if (items.length) mark(items[(at + step + items.length + (at < 0 && step < 0 ? 1 : 0)) % items.length]);
    });
  }

  window.portfolioMapSearch = { searchAll };
})();
