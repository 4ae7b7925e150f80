/*
 * Draws the projects of one scope on a map shell (geo/maps.py calls `portfolioMap(map, config)`).
 *
 * config: {bounds: [[south, west], [north, east]], dataUrl, inset: boolean, focus?: project code}
 *
 * The JSON at dataUrl (WGS-84 degrees, lengths in metres; every text is shown as plain text):
 *   outline       GeoJSON geometry or feature of the district, or null
 *   outline_note  where the outline is from
 *   belts         FeatureCollection with properties belt, name, short, colour; or null
 *   layout_note   what the belts are and are not
 *   seat          {lon, lat} of the district's seat, or null
 *   places        optional, faint names for orientation: [{name, lon, lat}], most important first
 *   projects      located ones, in the list's order: [{code, name, url, lon, lat, accuracy, nature, level, level_label,
 *                 stage, stage_label, phase, status, status_label, remark, citation, belt, radius_m}]
 *                 accuracy: site | neighbourhood | town; level, stage, status: codes; the rest: text or null
 *   unlocated     {count, url, label, items?: [{name, url}]}
 *   coverage      the sentence on how many are located
 *   labels        optional; any of the words in WORDS below, to show the map in another language
 *
 * The page may hold: elements with data-project-code (rows of the list beside the map; the row of an open project gets
 * the class is-current), [data-map-coverage] (filled with the coverage).
 */
(function () {
  "use strict";

  const WORDS = {
    loading: "正在读取地图数据…",
    failed: "地图数据没有读到，请检查网络后刷新页面。",
    forbidden: "没有读取地图数据的权限，或登录已过期，请重新登录后再试。",
    broken: "服务器暂时给不出地图数据，请稍后刷新；多次不行请联系管理员。",
    empty: "当前范围内没有已定位的项目，请在项目页填写位置，或放宽筛选条件。",
    stage_unknown: "阶段未知",
    site: "位置已到地块",
    neighbourhood: "位置只到片区：虚线圈内均有可能",
    town: "位置只到镇街：虚线圈内均有可能",
    radius: "半径约 {m} 米",
    citation: "依据：",
    close: "关闭",
    zoom_in: "放大",
    zoom_out: "缩小",
    whole: "全区",
    dense: "项目集中处",
    unlocated_more: "查看未定位项目",
    unlocated_hint: "这些项目的位置还不清楚，先放在区政府所在地；填写位置后即可上图。",
    map: "项目分布图",
  };
  const LEVEL_MARKS = {
    preschool: "幼", primary: "小", junior: "初", nine_year: "九", senior: "高", complete: "完",
    vocational: "职", higher: "大", special: "特", correctional: "专", lifelong: "终",
  };
  const STAGES = new Set([
    "reserve", "proposal", "feasibility", "design", "tender", "started", "foundation", "structure",
    "topped_out", "finishing", "accepted", "in_use", "final_account",
  ]);
  const CANVAS_ABOVE = 1500;
  const RELAX_ABOVE = 400;
  const PIN_GAP = 30;
  const STACK_GAP = 46;
  const LABEL_STEP = 15;
  const COVERED = 10000;
  const UPRIGHT_DASH = "\uFE31";
  const PRINTING = "map-printing";

  /* --- small pieces of the page ------------------------------------------------------------------------------- */

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  }

  function link(text, url) {
    const node = element("a", "", text);
    const target = new URL(url || "#", document.baseURI);
    if (target.protocol === "http:" || target.protocol === "https:") node.href = target.href;
    return node;
  }

  function pinClasses(project) {
    const classes = ["pin", STAGES.has(project.stage) ? `pin--${project.stage}` : "pin--unknown"];
    if (project.accuracy !== "site") classes.push("pin--approx");
    if (["suspended", "cancelled", "merged"].includes(project.status)) classes.push(`pin--${project.status}`);
    return classes.join(" ");
  }

  function stageWords(project, words) {
    const stage = project.stage_label || words.stage_unknown;
    return project.status && project.status !== "active" ? `${stage}，${project.status_label}` : stage;
  }

  function accuracyWords(project, words) {
    const sentence = words[project.accuracy] || "";
    if (!project.radius_m || project.accuracy === "site") return sentence;
    return `${sentence}（${words.radius.replace("{m}", Math.round(project.radius_m).toLocaleString("zh-CN"))}）`;
  }

  function projectCard(project, words) {
    const card = element("div", "map-card");
    card.append(element("p", "map-card-name"));
    card.firstChild.append(link(project.name, project.url));
    const facts = [project.level_label, project.nature, stageWords(project, words)].filter(Boolean).join(" · ");
    card.append(element("p", "", facts));
    if (project.remark) card.append(element("p", "", project.remark));
    card.append(element("p", "map-card-note", accuracyWords(project, words)));
    if (project.citation) card.append(element("p", "map-card-note", words.citation + project.citation));
    return card;
  }

  function unlocatedCard(unlocated, words) {
    const card = element("div", "map-card");
    card.append(element("p", "map-card-name", unlocated.label));
    card.append(element("p", "map-card-note", words.unlocated_hint));
    const items = (unlocated.items || []).slice(0, 8);
    if (items.length) {
      const list = card.appendChild(element("ul"));
      items.forEach((item) => list.appendChild(element("li")).append(link(item.name, item.url)));
    }
    card.appendChild(element("p")).append(link(words.unlocated_more, unlocated.url));
    return card;
  }

  /* --- where pins go: on their place, or beside it where several would cover each other ------------------------- */

  function ringPlaces(centre, count, gap) {
    if (count === 1) return [centre];
    const places = [];
    let radius = count <= 8 ? Math.max(gap * 0.7, (count * gap) / (2 * Math.PI)) : gap;
    while (places.length < count) {
      const fit = Math.min(count - places.length, Math.max(2, Math.floor((2 * Math.PI * radius) / gap + 1e-9)));
      for (let i = 0; i < fit; i += 1) {
        const angle = (2 * Math.PI * i) / fit - Math.PI / 2;
        places.push(centre.add([radius * Math.cos(angle), radius * Math.sin(angle)]));
      }
      radius += gap;
    }
    return places;
  }

  function groupByPlace(entries) {
    const groups = new Map();
    entries.forEach((entry) => {
      const key = `${entry.latlng.lat.toFixed(5)},${entry.latlng.lng.toFixed(5)}`;
      groups.set(key, [...(groups.get(key) || []), entry]);
    });
    return [...groups.values()];
  }

  function pushApart(a, b, gap) {
    const apart = b.pos.subtract(a.pos);
    const distance = Math.hypot(apart.x, apart.y);
    const wanted = Math.max(gap, (a.gap + b.gap) / 2);
    if (distance >= wanted - 0.5) return false;
    const unit = distance > 0.01 ? apart.divideBy(distance) : L.point(1, 0);
    const share = a.fixed || b.fixed ? 1 : 0.5;
    const shift = unit.multiplyBy((wanted - distance) * share);
    if (!a.fixed) a.pos = a.pos.subtract(shift);
    if (!b.fixed) b.pos = b.pos.add(shift);
    return true;
  }

  function neighbours(entries, gap) {
    const cells = new Map();
    const cellOf = (point) => [Math.floor(point.x / gap), Math.floor(point.y / gap)];
    entries.forEach((entry) => {
      const key = cellOf(entry.pos).join();
      cells.set(key, [...(cells.get(key) || []), entry]);
    });
    return function near(entry) {
      const [x, y] = cellOf(entry.pos);
      const found = [];
      for (let i = x - 1; i <= x + 1; i += 1) {
        for (let j = y - 1; j <= y + 1; j += 1) found.push(...(cells.get(`${i},${j}`) || []));
      }
      return found;
    };
  }

  function separate(entries, gap) {
    const widest = Math.max(gap, ...entries.map((entry) => entry.gap));
    for (let round = 0; round < 120; round += 1) {
      const near = neighbours(entries, widest);
      let moved = false;
      entries.forEach((a) => near(a).forEach((b) => {
        if (a.order < b.order) moved = pushApart(a, b, gap) || moved;
      }));
      if (!moved) return;
    }
  }

  function placePins(map, entries, gap) {
    groupByPlace(entries).forEach((group) => {
      const centre = map.latLngToLayerPoint(group[0].latlng);
      const pinned = group.filter((entry) => entry.fixed);
      const free = group.filter((entry) => !entry.fixed);
      pinned.forEach((entry) => { entry.pos = centre; });
      const places = pinned.length ? ringPlaces(centre, Math.max(2, free.length), gap * 1.3)
        : ringPlaces(centre, free.length, gap);
      free.forEach((entry, i) => { entry.pos = places[i]; });
      group.forEach((entry) => { entry.anchor = centre; });
    });
    if (entries.length <= RELAX_ABOVE) separate(entries, gap);
  }

  /* --- where names go: inside the belt, one character under the other, clear of the pins ------------------------ */

  function overlaps(box, boxes) {
    return boxes.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
  }

  function boxAround(point, halfWidth, halfHeight) {
    return [point.x - halfWidth, point.y - halfHeight, point.x + halfWidth, point.y + halfHeight];
  }

  function projectRings(map, geometry) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates || [];
    return polygons.flat().map((ring) => ring.map(([lon, lat]) => map.latLngToLayerPoint([lat, lon])));
  }

  function crossings(rings, y) {
    const found = [];
    rings.forEach((ring) => ring.forEach((start, i) => {
      const end = ring[(i + 1) % ring.length];
      if ((start.y > y) !== (end.y > y)) found.push(start.x + ((y - start.y) * (end.x - start.x)) / (end.y - start.y));
    }));
    return found.sort((a, b) => a - b);
  }

  function widestSpan(rings, y, view) {
    const edges = crossings(rings, y);
    let best = null;
    for (let i = 0; i + 1 < edges.length; i += 2) {
      const left = Math.max(edges[i], view.min.x);
      const right = Math.min(edges[i + 1], view.max.x);
      if (right > left && (!best || right - left > best.width)) {
        best = { y, mid: (left + right) / 2, width: right - left };
      }
    }
    return best;
  }

  function scanRows(rings, view) {
    const ys = rings.flat().map((point) => point.y);
    const top = Math.max(Math.min(...ys), view.min.y) + LABEL_STEP;
    const bottom = Math.min(Math.max(...ys), view.max.y) - LABEL_STEP;
    const rows = [];
    for (let y = top; y <= bottom; y += LABEL_STEP) rows.push(widestSpan(rings, y, view));
    return rows;
  }

  function windowCost(rows, taken) {
    let cost = 0;
    for (let i = 0; i < rows.length; i += 1) {
      const row = rows[i];
      if (!row || row.width < LABEL_STEP - 3) return Infinity;
      if (overlaps(boxAround(L.point(row.mid, row.y), 8, 8), taken)) cost += COVERED;
      if (i) cost += (row.mid - rows[i - 1].mid) ** 2;
      if (i && Math.abs(row.mid - rows[i - 1].mid) > LABEL_STEP) return Infinity;
    }
    return cost;
  }

  function bestWindow(rows, length, taken) {
    let best = null;
    for (let start = 0; start + length <= rows.length; start += 1) {
      const cells = rows.slice(start, start + length);
      const cost = windowCost(cells, taken) + Math.abs(start + length / 2 - rows.length / 2);
      if (cost < Infinity && (!best || cost < best.cost)) best = { cost, cells };
    }
    return best && best.cost < COVERED ? best.cells : null;
  }

  function beltLabel(cells, text) {
    const first = L.point(cells[0].mid, cells[0].y);
    const node = element("div", "belt-label");
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", text);
    [...text].forEach((character, i) => {
      const cell = node.appendChild(element("span", "", character === "-" ? UPRIGHT_DASH : character));
      cell.style.left = `${Math.round(cells[i].mid - first.x)}px`;
      cell.style.top = `${Math.round(cells[i].y - first.y)}px`;
    });
    return { node, first };
  }

  /* --- the map -------------------------------------------------------------------------------------------------- */

  class ProjectMap {
    constructor(map, config) {
      this.map = map;
      this.config = config;
      this.words = WORDS;
      this.entries = [];
      this.byCode = new Map();
      this.paints = new Map();
      this.container = map.getContainer();
      this.container.classList.toggle("project-map--inset", Boolean(config.inset));
      this.status = this.container.appendChild(element("p", "map-status"));
      this.status.setAttribute("role", "status");
      this.names = L.layerGroup().addTo(map);
      this.leaders = L.layerGroup().addTo(map);
      this.home = L.latLngBounds(config.bounds);
      map.fitBounds(this.home, { animate: false, padding: [16, 16] });
    }

    async load() {
      this.say(this.words.loading);
      try {
        const response = await fetch(this.config.dataUrl, { credentials: "same-origin" });
        if (!response.ok) {
          this.say(response.status === 401 || response.status === 403 ? this.words.forbidden : this.words.broken);
          return;
        }
        this.draw(await response.json());
      } catch (error) {
        this.say(this.words.failed);
        if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
      }
    }

    say(sentence) {
      this.status.textContent = sentence;
      this.status.hidden = !sentence;
    }

    draw(data) {
      this.data = data;
      this.words = { ...WORDS, ...(data.labels || {}) };
      this.container.setAttribute("aria-label", this.words.map);
      this.drawAreas();
      this.fitHome();
      if (data.projects.length > CANVAS_ABOVE) {
        this.drawDots();
      } else {
        this.drawHalos();
        this.drawPins();
      }
      this.drawStack();
      this.layOut();
      this.say(data.projects.length ? "" : this.words.empty);
      this.listen();
      this.addFitControl();
      this.openFromAddress();
      this.container.dataset.ready = "true";
    }

    drawAreas() {
      const { outline, belts } = this.data;
      if (outline) {
        const style = { className: "district-shape" };
        const shape = L.geoJSON(outline, { pane: "outline", interactive: false, style });
        this.home = shape.addTo(this.map).getBounds();
      }
      if (!belts) return;
      const style = ({ properties }) => ({
        className: "belt-shape", color: properties.colour, fillColor: properties.colour,
        weight: 1, opacity: 0.55, fillOpacity: 0.18,
      });
      L.geoJSON(belts, { pane: "belts", interactive: false, style }).addTo(this.map);
    }

    fitHome() {
      this.map.setMinZoom(0);
      this.map.fitBounds(this.home, { animate: false, padding: this.config.inset ? [6, 6] : [26, 18] });
      this.map.setMaxBounds(this.home.pad(0.5));
      this.map.setMinZoom(this.map.getZoom() - 0.5);
    }

    drawHalos() {
      const seen = new Set();
      this.data.projects.filter((project) => project.accuracy !== "site" && project.radius_m).forEach((project) => {
        const key = [project.lat, project.lon, project.radius_m].join();
        if (seen.has(key)) return;
        seen.add(key);
        const style = { pane: "halos", interactive: false, radius: project.radius_m, className: "halo-shape" };
        L.circle([project.lat, project.lon], style).addTo(this.map);
      });
    }

    drawDots() {
      const renderer = L.canvas({ pane: "projects" });
      this.data.projects.forEach((project) => {
        const style = { renderer, pane: "projects", radius: 5, ...this.paint(project) };
        const dot = L.circleMarker([project.lat, project.lon], style);
        dot.bindPopup(() => projectCard(project, this.words), this.popupOptions()).addTo(this.map);
        this.register(project, dot);
      });
    }

    paint(project) {
      const classes = pinClasses(project);
      if (!this.paints.has(classes)) {
        const sample = this.container.appendChild(element("span", classes));
        const { backgroundColor, borderTopColor } = getComputedStyle(sample);
        sample.remove();
        this.paints.set(classes, { fillColor: backgroundColor, color: borderTopColor, fillOpacity: 1, weight: 1.5 });
      }
      return this.paints.get(classes);
    }

    drawPins() {
      this.data.projects.forEach((project) => {
        const mark = this.config.inset && project.code !== this.config.focus ? "" : LEVEL_MARKS[project.level] || "·";
        const pin = element("span", pinClasses(project), mark);
        const label = `${project.name}，${stageWords(project, this.words)}`;
        const marker = this.addMarker([project.lat, project.lon], pin, label);
        if (mark && this.config.inset) {
          pin.classList.add("is-current");
          marker.setZIndexOffset(1000);
        }
        marker.bindPopup(() => projectCard(project, this.words), this.popupOptions());
        this.register(project, marker);
        const order = this.entries.length;
        this.entries.push({ marker, latlng: marker.getLatLng(), gap: PIN_GAP, order, fixed: false });
      });
    }

    addMarker(latlng, node, label) {
      const icon = L.divIcon({ className: "pin-holder", html: node, iconSize: [0, 0] });
      const marker = L.marker(latlng, { icon, pane: "projects", riseOnHover: true }).addTo(this.map);
      marker.getElement().setAttribute("aria-label", label);
      return marker;
    }

    drawStack() {
      const { seat, unlocated } = this.data;
      if (this.config.inset || !seat || !unlocated || !unlocated.count) return;
      const node = element("span", "stack", String(unlocated.count));
      this.stack = this.addMarker([seat.lat, seat.lon], node, unlocated.label);
      this.stack.bindPopup(() => unlocatedCard(unlocated, this.words), this.popupOptions());
      this.entries.push({ marker: this.stack, latlng: this.stack.getLatLng(), gap: STACK_GAP, order: -1, fixed: true });
    }

    popupOptions() {
      const maxWidth = Math.min(320, this.map.getSize().x - 70);
      return { minWidth: 220, maxWidth, autoPanPaddingTopLeft: [12, 56], autoPanPaddingBottomRight: [12, 12] };
    }

    register(project, marker) {
      this.byCode.set(project.code, marker);
      marker.on("popupopen", () => this.highlight(project.code));
      marker.on("popupclose", () => this.highlight(null));
    }

    layOut() {
      if (this.config.inset) return;
      this.leaders.clearLayers();
      placePins(this.map, this.entries, PIN_GAP);
      this.entries.forEach((entry) => {
        entry.marker.setLatLng(this.map.layerPointToLatLng(entry.pos));
        if (entry.anchor.distanceTo(entry.pos) > 5) this.drawLeader(entry);
      });
      this.layOutNames();
    }

    drawLeader(entry) {
      const pane = { pane: "leaders", interactive: false };
      const ends = [entry.latlng, entry.marker.getLatLng()];
      this.leaders.addLayer(L.polyline(ends, { ...pane, className: "leader-line" }));
      this.leaders.addLayer(L.circleMarker(entry.latlng, { ...pane, radius: 2.5, className: "leader-end" }));
    }

    layOutNames() {
      if (this.config.inset) return;
      this.names.clearLayers();
      const taken = this.entries.map((entry) => boxAround(entry.pos, entry.gap / 2, entry.gap / 2));
      ((this.data.belts || {}).features || []).forEach((belt) => this.nameBelt(belt, taken));
      (this.data.places || []).forEach((place) => this.namePlace(place, taken));
    }

    nameBelt(belt, taken) {
      const view = this.map.getPixelBounds();
      const origin = this.map.getPixelOrigin();
      const frame = L.bounds(view.min.subtract(origin), view.max.subtract(origin));
      const rings = belt.geometry ? projectRings(this.map, belt.geometry) : [];
      const rows = rings.length ? scanRows(rings, frame) : [];
      const { name, short } = belt.properties;
      for (const text of [name, short].filter(Boolean)) {
        const cells = bestWindow(rows, [...text].length, taken);
        if (cells) {
          const { node, first } = beltLabel(cells, text);
          node.style.setProperty("--belt", belt.properties.colour);
          this.addName(node, this.map.layerPointToLatLng(first));
          cells.forEach((cell) => taken.push(boxAround(L.point(cell.mid, cell.y), 9, 9)));
          return;
        }
      }
      this.nameBeltAcross(belt, rows, taken);
    }

    nameBeltAcross(belt, rows, taken) {
      const { name, short, colour } = belt.properties;
      const text = short || name;
      const halfWidth = [...text].length * 6.5 + 3;
      const boxOf = (row) => boxAround(L.point(row.mid, row.y), halfWidth, 9);
      const middle = rows.length / 2;
      const order = rows.map((row, i) => [Math.abs(i - middle), row]).sort((a, b) => a[0] - b[0]);
      const found = order.find(([, row]) => row && !overlaps(boxOf(row), taken));
      if (!found) return;
      taken.push(boxOf(found[1]));
      const node = element("span", "belt-label--flat", text);
      node.style.setProperty("--belt", colour);
      this.addName(node, this.map.layerPointToLatLng([found[1].mid, found[1].y]));
    }

    namePlace(place, taken) {
      const point = this.map.latLngToLayerPoint([place.lat, place.lon]);
      const box = boxAround(point, [...place.name].length * 6 + 4, 9);
      if (overlaps(box, taken)) return;
      taken.push(box);
      this.addName(element("span", "place-label", place.name), L.latLng(place.lat, place.lon));
    }

    addName(node, latlng) {
      const icon = L.divIcon({ className: "name-holder", html: node, iconSize: [0, 0] });
      this.names.addLayer(L.marker(latlng, { icon, pane: "places", interactive: false, keyboard: false }));
    }

    /* --- what a person does ------------------------------------------------------------------------------------- */

    listen() {
      this.map.on("zoomend", () => this.layOut());
      this.map.on("moveend", () => this.layOutNames());
      this.map.on("popupopen", (event) => this.enterPopup(event.popup));
      this.map.on("popupclose", (event) => this.leavePopup(event.popup));
      document.addEventListener("keydown", (event) => { if (event.key === "Escape") this.map.closePopup(); });
      this.nameControls();
      new ResizeObserver(() => this.map.invalidateSize()).observe(this.container);
      if (this.config.inset) return;
      document.addEventListener("click", (event) => this.followRow(event));
      window.addEventListener("beforeprint", () => this.printSize(true));
      window.addEventListener("afterprint", () => this.printSize(false));
      const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
      each("[data-map-coverage]", (node) => { node.textContent = this.data.coverage || ""; });
    }

    nameControls() {
      ["in", "out"].forEach((way) => {
        const title = this.words[`zoom_${way}`];
        const node = this.container.querySelector(`.leaflet-control-zoom-${way}`);
        if (!node) return;
        node.title = title;
        node.setAttribute("aria-label", title);
      });
    }

    enterPopup(popup) {
      const close = popup.getElement().querySelector(".leaflet-popup-close-button");
      if (close) {
        close.title = this.words.close;
        close.setAttribute("aria-label", this.words.close);
      }
      const source = popup._source && popup._source.getElement && popup._source.getElement();
      const first = popup.getElement().querySelector("a[href]");
      if (source && first && document.activeElement === source) first.focus({ preventScroll: true });
    }

    leavePopup(popup) {
      const source = popup._source && popup._source.getElement && popup._source.getElement();
      const node = popup.getElement();
      if (source && node && node.contains(document.activeElement)) source.focus({ preventScroll: true });
    }

    followRow(event) {
      const row = event.target.closest("[data-project-code]");
      if (!row || event.target.closest("a[href]")) return;
      if (this.open(row.dataset.projectCode)) event.preventDefault();
    }

    openFromAddress() {
      const code = this.config.inset ? null : new URLSearchParams(window.location.search).get("focus");
      if (code) this.open(code);
    }

    open(code) {
      const marker = this.byCode.get(code) || (this.config.inset ? null : this.stack);
      if (!marker) return false;
      const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.map.once("moveend", () => marker.openPopup());
      this.map.setView(marker.getLatLng(), this.map.getZoom(), { animate: !still });
      return true;
    }

    highlight(code) {
      document.querySelectorAll("[data-project-code]").forEach((row) => {
        const current = row.dataset.projectCode === code;
        row.classList.toggle("is-current", current);
        if (current && !this.config.inset) row.scrollIntoView({ block: "nearest" });
      });
      this.byCode.forEach((marker, key) => {
        const node = marker.getElement && marker.getElement();
        const pin = node && node.querySelector && node.querySelector(".pin");
        if (pin && !this.config.inset) pin.classList.toggle("is-current", key === code);
      });
    }

    denseBounds() {
      const spots = this.data.projects.map((project) => L.latLng(project.lat, project.lon));
      if (spots.length < 6) return null;
      const middle = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
      const centre = L.latLng(middle(spots.map((spot) => spot.lat)), middle(spots.map((spot) => spot.lng)));
      const reach = 2 * middle(spots.map((spot) => centre.distanceTo(spot)));
      const bounds = L.latLngBounds(spots.filter((spot) => centre.distanceTo(spot) <= reach));
      const diagonal = (box) => box.getSouthWest().distanceTo(box.getNorthEast());
      return diagonal(bounds) > 0 && diagonal(bounds) < 0.4 * diagonal(this.home) ? bounds.pad(0.15) : null;
    }

    addFitControl() {
      const dense = this.config.inset ? null : this.denseBounds();
      if (!dense) return;
      const control = L.control({ position: "topright" });
      control.onAdd = () => this.fitButtons([[this.words.whole, this.home], [this.words.dense, dense]]);
      control.addTo(this.map);
    }

    fitButtons(targets) {
      const bar = element("div", "map-fit");
      L.DomEvent.disableClickPropagation(bar);
      targets.forEach(([text, bounds]) => {
        const button = bar.appendChild(element("button", "", text));
        button.type = "button";
        button.addEventListener("click", () => this.map.fitBounds(bounds, { padding: [16, 16] }));
      });
      return bar;
    }

    printSize(printing) {
      document.documentElement.classList.toggle(PRINTING, printing);
      this.map.invalidateSize({ animate: false });
      this.map.fitBounds(this.home, { animate: false, padding: [8, 8] });
    }
  }

  window.portfolioMap = function portfolioMap(map, config) {
    const projectMap = new ProjectMap(map, config);
    projectMap.load();
    return projectMap;
  };
})();
