/*
 * The years of a map: a slider, and a button that plays them.
 */
(function () {
  "use strict";

  const { keep } = window.portfolioMapAddress;
  const { redrawHeat } = window.portfolioMapHeat;
  const PLAY_MS = 1200;
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

  /* The legend, the coverage and the years that there are follow the year and its kind. */
  async function recount(projectMap) {
    const found = await projectMap.source.facets(projectMap);
    if (!found) return;
    if (found.years) projectMap.data.years.unknown = found.years.unknown;
    each("[data-map-coverage]", (node) => { node.textContent = found.coverage; });
    Object.entries(found.legend).forEach(([name, rows]) => {
      const counts = new Map(rows.map((row) => [row.key, row.count]));
      each(`[data-legend="${name}"] [data-key]`, (row) => {
        if (row.dataset.key === "stack") row.querySelector("dd").textContent = String(found.unlocated);
        else row.querySelector("dd").textContent = String(counts.get(row.dataset.key) || 0);
      });
    });
  }

  function chooseYear(projectMap) {
    const range = document.querySelector("[data-map-year]");
    const { years } = projectMap.data;
    if (!range || !years) return;
    range.closest("[data-map-years]").hidden = false;
    range.min = years.first;
    range.max = years.last + 1;
    range.value = projectMap.year || range.max;
    const tell = () => {
      const { by_year: byYear, years_unknown: unknown, all_years: all } = projectMap.words;
      const left = years.unknown ? unknown.replace("{count}", years.unknown) : "";
      const words = projectMap.year ? byYear.replace("{year}", projectMap.year) + left : all;
      document.querySelector("[data-map-year-text]").textContent = words;
      range.setAttribute("aria-valuetext", words);
    };
    const redraw = () => {
      tell();
      projectMap.refreshSoon();
      redrawHeat(projectMap);
      recount(projectMap).then(tell).catch((error) => projectMap.explain(error));
    };
    range.addEventListener("input", () => {
      projectMap.year = Number(range.value) > years.last ? null : range.value;
      keep({ year: projectMap.year });
      redraw();
    });
    chooseOpening(projectMap, redraw);
    play(range);
    tell();
  }

  /* A year is actual once the school has its actual day or is delivered, planned before. */
  function chooseOpening(projectMap, redraw) {
    const select = document.querySelector("[data-map-opening]");
    if (!select) return;
    select.value = projectMap.opening || "";
    select.addEventListener("change", () => {
      projectMap.opening = select.value || null;
      keep({ opening: projectMap.opening });
      redraw();
    });
  }

  function play(range) {
    const button = document.querySelector("[data-map-play]");
    if (!button) return;
    let timer = null;
    const stop = () => {
      window.clearInterval(timer);
      timer = null;
      button.setAttribute("aria-pressed", "false");
    };
    const go = (year) => {
      range.value = year;
      range.dispatchEvent(new Event("input"));
    };
    button.addEventListener("click", () => {
      if (timer) { stop(); return; }
      button.setAttribute("aria-pressed", "true");
      if (range.value === range.max) go(range.min);
      timer = window.setInterval(() => {
        go(Number(range.value) + 1);
        if (range.value === range.max) stop();
      }, PLAY_MS);
    });
    range.addEventListener("pointerdown", stop);
  }

  window.portfolioMapYears = { chooseYear };
})();
