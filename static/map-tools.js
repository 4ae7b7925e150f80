/*
 * What a person sets on a map: colours, layers, year, search, measuring. `portfolioMapTools(map)` is called by
 * static/map.js once the sheet is there; the controls themselves are in templates/maps/show.html. What is set is kept in
 * the address, so that a link shows the same map.
 */
(function () {
  "use strict";

  const SEARCH_WAIT_MS = 200;
  const EARTH_M = 6371008.8;
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

  function keep(projectMap, changes) {
    const url = new URL(window.location.href);
    Object.entries(changes).forEach(([name, value]) => {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    });
    window.history.replaceState(null, "", url);
  }

  /* --- colours, legend, layers ------------------------------------------------------------------------------------ */

  function showLegend(colour) {
    each("[data-legend]", (group) => { group.hidden = !["accuracy", "belts", colour].includes(group.dataset.legend); });
  }

  function recolour(projectMap) {
    each("[data-map-colour]", (select) => {
      if (![...select.options].some((option) => option.value === projectMap.colour)) projectMap.colour = "stage";
      select.value = projectMap.colour;
      select.addEventListener("change", () => {
        projectMap.colour = select.value;
        keep(projectMap, { colour: select.value === "stage" ? null : select.value });
        showLegend(select.value);
        projectMap.refreshSoon();
      });
    });
    showLegend(projectMap.colour);
  }

  async function drawHeat(projectMap) {
    const { map } = projectMap;
    if (!projectMap.layers.heat) projectMap.layers.heat = L.heatLayer([], { radius: 22, blur: 18, minOpacity: 0.25 });
    const { cells } = await projectMap.source.heat(projectMap.view());
    const most = Math.max(1, ...cells.map((cell) => cell[2]));
    projectMap.layers.heat.setLatLngs(cells.map(([lat, lon, weight]) => [lat, lon, weight / most]));
    projectMap.layers.heat.addTo(map);
  }

  function showLayer(projectMap, kind, shown) {
    if (kind === "heat" && shown) {
      drawHeat(projectMap).catch((error) => projectMap.explain(error));
      return;
    }
    const layer = projectMap.layers[kind];
    if (layer) projectMap.map[shown ? "addLayer" : "removeLayer"](layer);
    projectMap.layOutNames();
  }

  function chooseLayers(projectMap) {
    const wanted = projectMap.state.has("layers") ? projectMap.state.get("layers").split(",") : null;
    each("[data-map-layer]", (box) => {
      const kind = box.dataset.mapLayer;
      box.closest("label").hidden = kind !== "heat" && !projectMap.layers[kind];
      if (wanted) box.checked = wanted.includes(kind);
      showLayer(projectMap, kind, box.checked);
      box.addEventListener("change", () => {
        showLayer(projectMap, kind, box.checked);
        const chosen = [...document.querySelectorAll("[data-map-layer]:checked")].map((one) => one.dataset.mapLayer);
        keep(projectMap, { layers: chosen.join() || "none" });
      });
    });
    projectMap.map.on("moveend", () => {
      if (projectMap.layers.heat && projectMap.map.hasLayer(projectMap.layers.heat)) showLayer(projectMap, "heat", true);
    });
  }

  /* --- years ------------------------------------------------------------------------------------------------------ */

  async function recount(projectMap) {
    const found = await projectMap.source.facets(projectMap.year);
    if (!found) return;
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
      const words = projectMap.year ? projectMap.words.by_year.replace("{year}", projectMap.year) : projectMap.words.all_years;
      document.querySelector("[data-map-year-text]").textContent = words;
      range.setAttribute("aria-valuetext", words);
    };
    range.addEventListener("input", () => {
      projectMap.year = Number(range.value) > years.last ? null : range.value;
      keep(projectMap, { year: projectMap.year });
      tell();
      projectMap.refreshSoon();
      recount(projectMap).catch((error) => projectMap.explain(error));
    });
    tell();
  }

  /* --- search ----------------------------------------------------------------------------------------------------- */

  function offer(projectMap, list, results) {
    list.replaceChildren(...results.map((found) => {
      const item = document.createElement("li");
      const away = found.lon === null;
      const node = item.appendChild(document.createElement(away ? "a" : "button"));
      node.textContent = away ? `${found.name}（${projectMap.words.unlocated}）` : found.name;
      if (away) node.href = found.url;
      else node.type = "button";
      if (!away) node.addEventListener("click", () => { list.hidden = true; projectMap.open(found.code, found); });
      return item;
    }));
    if (!results.length) list.appendChild(document.createElement("li")).textContent = projectMap.words.none_found;
    list.hidden = false;
  }

  function searchAll(projectMap) {
    const input = document.querySelector("[data-map-search]");
    const list = document.querySelector("[data-map-found]");
    if (!input) return;
    let waiting = null;
    const look = async () => {
      if (!input.value.trim()) { list.hidden = true; return; }
      const { results } = await projectMap.source.search(input.value);
      offer(projectMap, list, results);
    };
    input.addEventListener("input", () => {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(() => look().catch((error) => projectMap.explain(error)), SEARCH_WAIT_MS);
    });
    input.closest("[data-map-finder]").addEventListener("keydown", (event) => {
      const choices = [input, ...list.querySelectorAll("button, a")];
      const at = choices.indexOf(document.activeElement);
      if (event.key === "Escape") { list.hidden = true; input.focus(); }
      if (event.key === "Enter" && at === 0 && choices[1]) { event.preventDefault(); choices[1].click(); }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || !choices[at + step]) return;
      event.preventDefault();
      choices[at + step].focus();
    });
  }

  /* --- measuring ---------------------------------------------------------------------------------------------------- */

  function areaM2(points) {
    const rad = Math.PI / 180;
    const doubled = points.reduce((sum, start, i) => {
      const end = points[(i + 1) % points.length];
      return sum + (end.lng - start.lng) * rad * (2 + Math.sin(start.lat * rad) + Math.sin(end.lat * rad));
    }, 0);
    return Math.abs((doubled * EARTH_M * EARTH_M) / 2);
  }

  function lengthM(map, points) {
    return points.slice(1).reduce((sum, point, i) => sum + map.distance(points[i], point), 0);
  }

  function measured(map, points, words) {
    const figure = (number, digits) => number.toLocaleString("zh-CN", { maximumFractionDigits: digits });
    const metres = lengthM(map, points);
    const length = metres < 1000 ? `${figure(metres, 0)} m` : `${figure(metres / 1000, 2)} km`;
    const area = points.length > 2 ? `，${words.area} ${figure(areaM2(points), 0)} ㎡` : "";
    return `${words.length} ${length}${area}`;
  }

  function measure(projectMap) {
    const button = document.querySelector("[data-map-measure]");
    const output = document.querySelector("[data-map-measured]");
    if (!button) return;
    const { map, words } = projectMap;
    const drawn = L.layerGroup().addTo(map);
    let points = null;
    const draw = () => {
      drawn.clearLayers();
      const style = { pane: "leaders", interactive: false, className: "measure-line" };
      drawn.addLayer(points.length > 2 ? L.polygon(points, style) : L.polyline(points, style));
      points.forEach((point) => drawn.addLayer(L.circleMarker(point, { ...style, radius: 3 })));
      output.textContent = points.length > 1 ? measured(map, points, words) : words.measure_hint;
    };
    const stop = () => {
      points = null;
      drawn.clearLayers();
      output.textContent = "";
      button.setAttribute("aria-pressed", "false");
      map.getContainer().classList.remove("is-measuring");
    };
    button.addEventListener("click", () => {
      if (points) { stop(); return; }
      points = [];
      button.setAttribute("aria-pressed", "true");
      map.getContainer().classList.add("is-measuring");
      output.textContent = words.measure_hint;
    });
    map.on("click", (event) => { if (points) { points.push(event.latlng); draw(); } });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && points) stop(); });
  }

  /* --- the view in the address ---------------------------------------------------------------------------------------- */

  function keepView(projectMap) {
    const { map } = projectMap;
    const [lat, lon, zoom] = (projectMap.state.get("view") || "").split(",").map(Number);
    if ([lat, lon, zoom].every(Number.isFinite)) map.setView([lat, lon], zoom, { animate: false });
    map.on("moveend", () => {
      const centre = map.getCenter();
      keep(projectMap, { view: [centre.lat.toFixed(5), centre.lng.toFixed(5), map.getZoom()].join() });
    });
  }

  window.portfolioMapTools = function portfolioMapTools(projectMap) {
    keepView(projectMap);
    recolour(projectMap);
    chooseLayers(projectMap);
    chooseYear(projectMap);
    searchAll(projectMap);
    measure(projectMap);
  };
})();
