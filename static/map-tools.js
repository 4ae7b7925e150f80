/*
 * What a person sets on a map: colours, layers, year, search, measuring. `portfolioMapTools(map)` is called by
 * static/map.js once the sheet is there; the controls themselves are in templates/maps/show.html. What is set is kept in
 * the address, so that a link shows the same map.
 */
(function () {
  "use strict";

  const SEARCH_WAIT_MS = 200;
  const EARTH_M = 6371008.8;
  const SAME_PLACE_PX = 4;
  const PLAY_MS = 1200;
  const MINI_PX = 110;
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
    if (!document.querySelector('[data-map-layer="heat"]').checked) return;
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
    projectMap.map.on("moveend", () => redrawHeat(projectMap));
  }

  function redrawHeat(projectMap) {
    if (projectMap.layers.heat && projectMap.map.hasLayer(projectMap.layers.heat)) showLayer(projectMap, "heat", true);
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
      const { by_year: byYear, years_unknown: unknown, all_years: all } = projectMap.words;
      const left = years.unknown ? unknown.replace("{count}", years.unknown) : "";
      const words = projectMap.year ? byYear.replace("{year}", projectMap.year) + left : all;
      document.querySelector("[data-map-year-text]").textContent = words;
      range.setAttribute("aria-valuetext", words);
    };
    range.addEventListener("input", () => {
      projectMap.year = Number(range.value) > years.last ? null : range.value;
      keep(projectMap, { year: projectMap.year });
      tell();
      projectMap.refreshSoon();
      redrawHeat(projectMap);
      recount(projectMap).catch((error) => projectMap.explain(error));
    });
    play(range);
    tell();
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

  /* --- search ----------------------------------------------------------------------------------------------------- */

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
    let points = [];
    let isDrawing = false;
    const draw = () => {
      drawn.clearLayers();
      const style = { pane: "leaders", interactive: false, className: "measure-line" };
      drawn.addLayer(points.length > 2 ? L.polygon(points, style) : L.polyline(points, style));
      points.forEach((point) => drawn.addLayer(L.circleMarker(point, { ...style, radius: 3 })));
      output.textContent = points.length > 1 ? measured(map, points, words) : words.measure_hint;
    };
    const rest = () => {
      isDrawing = false;
      button.setAttribute("aria-pressed", "false");
      map.getContainer().classList.remove("is-measuring");
      map.doubleClickZoom.enable();
    };
    const clear = () => {
      rest();
      points = [];
      drawn.clearLayers();
      output.textContent = "";
    };
    button.addEventListener("click", () => {
      const wasDrawing = isDrawing;
      clear();
      if (wasDrawing) return;
      isDrawing = true;
      button.setAttribute("aria-pressed", "true");
      map.getContainer().classList.add("is-measuring");
      map.doubleClickZoom.disable();
      map.closePopup();
      output.textContent = words.measure_hint;
    });
    const isAgain = (event) => points.length
      && map.latLngToContainerPoint(points[points.length - 1]).distanceTo(event.containerPoint) <= SAME_PLACE_PX;
    map.on("click", (event) => {
      if (!isDrawing || isAgain(event)) return;
      points.push(event.latlng);
      draw();
    });
    map.on("dblclick", () => { if (isDrawing) rest(); });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && (isDrawing || points.length)) clear(); });
  }

  /* --- where in the district: a small outline with a frame around what is in view --------------------------------- */

  function miniMap(projectMap) {
    const { map, home } = projectMap;
    const shapes = projectMap.data.areas.filter((area) => area.outline).map((area) => area.outline);
    if (!shapes.length) return;
    const make = (tag, values) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
      Object.entries(values).forEach(([name, value]) => node.setAttribute(name, value));
      return node;
    };
    const west = home.getWest();
    const north = home.getNorth();
    const squeeze = Math.cos((home.getCenter().lat * Math.PI) / 180);
    const scale = MINI_PX / Math.max((home.getEast() - west) * squeeze, north - home.getSouth());
    const place = (lon, lat) => [(lon - west) * squeeze * scale, (north - lat) * scale];
    const [width, height] = place(home.getEast(), home.getSouth());
    const svg = make("svg", { viewBox: `-2 -2 ${width + 4} ${height + 4}`, width: width + 4, height: height + 4, "aria-hidden": "true" });
    const rings = shapes.flatMap((shape) => (shape.type === "Polygon" ? shape.coordinates : shape.coordinates.flat()));
    const line = (ring) => `M${ring.map(([lon, lat]) => place(lon, lat).map((number) => number.toFixed(1)).join(" ")).join("L")}Z`;
    const frame = make("rect", { class: "mini-frame" });
    svg.append(make("path", { class: "mini-shape", d: rings.map(line).join("") }), frame);
    const follow = () => {
      const view = map.getBounds();
      const [left, top] = place(Math.max(view.getWest(), west), Math.min(view.getNorth(), north));
      const [right, bottom] = place(Math.min(view.getEast(), home.getEast()), Math.max(view.getSouth(), home.getSouth()));
      const edges = { x: left, y: top, width: Math.max(3, right - left), height: Math.max(3, bottom - top) };
      Object.entries(edges).forEach(([name, value]) => frame.setAttribute(name, value));
      svg.parentNode.hidden = view.contains(home);
    };
    const control = L.control({ position: "bottomright" });
    control.onAdd = () => {
      const holder = document.createElement("div");
      holder.className = "map-mini";
      holder.append(svg);
      return holder;
    };
    control.addTo(map);
    map.on("moveend", follow);
    follow();
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
    miniMap(projectMap);
  };
})();
