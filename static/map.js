/*
 * Draws the projects of one scope on a map shell (geo/maps.py calls `portfolioMap(map, config)`).
 *
 * config: {bounds: [[south, west], [north, east]], dataUrl, inset: boolean, focus?: project code}
 *
 * Everything is read through static/map-source.js: first the sheet (outlines, belts, guides, words), then the points in
 * view, once for each move; every text is shown as plain text.
 *
 * The page may hold: elements with data-project-code, data-lon and data-lat (rows of the list beside the map; the row of
 * an open project gets the class is-current), [data-map-coverage] (filled with the coverage), [data-map-colour] (a select:
 * stage, light, level, money), [data-map-layer] (checkboxes: belts, guides, heat), [data-legend] (groups of the legend),
 * [data-map-year] (a range with its [data-map-year-text]), [data-map-search] (an input with its [data-map-found] list).
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
    cluster: "{count} 个项目，点按放大",
    place: "调整位置",
    none_found: "没有找到，换个词试试",
    unlocated: "未定位",
    results: "找到的项目",
    all_years: "全部年份",
    by_year: "{year} 年底前建成",
    length: "长",
    area: "面积",
    measure_hint: "在地图上依次点选；双击结束，按 Esc 清除",
    years_unknown: "（{count} 个未填年份，不计入）",
  };
  const LEVEL_MARKS = {
    preschool: "幼", primary: "小", junior: "初", nine_year: "九", senior: "高", complete: "完",
    vocational: "职", higher: "大", special: "特", correctional: "专", lifelong: "终",
  };
  const STAGES = new Set([
    "reserve", "proposal", "feasibility", "design", "tender", "started", "foundation", "structure",
    "topped_out", "finishing", "accepted", "in_use", "final_account",
  ]);
  const LIGHT_MARKS = { green: "●", amber: "▲", red: "■", none: "○" };
  const ROW_ZOOM = 15;
  const WAIT_MS = 150;
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

  function pinClasses(project, colour) {
    const classes = ["pin"];
    if (colour === "stage") classes.push(STAGES.has(project.stage) ? `pin--${project.stage}` : "pin--unknown");
    else classes.push(`pin--${colour}-${project[colour]}`);
    if (project.accuracy !== "site") classes.push("pin--approx");
    if (colour === "stage" && project.status !== "active") classes.push(`pin--${project.status}`);
    return classes.join(" ");
  }

  function markOf(project, colour) {
    return colour === "light" ? LIGHT_MARKS[project.light] : LEVEL_MARKS[project.level] || "·";
  }

  function accuracyWords(project, words, radii) {
    const sentence = words[project.accuracy] || "";
    const radius = radii[project.accuracy];
    return radius ? `${sentence}（${words.radius.replace("{m}", radius.toLocaleString("zh-CN"))}）` : sentence;
  }

  function factList(facts) {
    const list = element("dl", "map-card-facts");
    facts.forEach(({ label, value }) => list.append(element("dt", "", label), element("dd", "", value)));
    return list;
  }

  /* --- where pins may be looked at more closely: the card of a project ------------------------------------------- */

  function fillCard(card, project, words) {
    const name = element("p", "map-card-name");
    name.append(link(project.name, project.url));
    const facts = [project.level, project.nature, project.stage || words.stage_unknown, project.status];
    card.replaceChildren(name, element("p", "", facts.filter(Boolean).join(" · ")));
    if (project.remark) card.append(element("p", "", project.remark));
    if (project.light.key !== "none") card.append(element("p", "", `${LIGHT_MARKS[project.light.key]} ${project.light.label}：${project.light.reason}`));
    card.append(element("p", "map-card-note", project.accuracy_words));
    if (project.facts.length) card.append(factList(project.facts));
    if (project.citation) card.append(element("p", "map-card-note", words.citation + project.citation));
    if (project.place_url) card.appendChild(element("p")).append(link(words.place, project.place_url));
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
      this.source = window.portfolioSource(config.dataUrl);
      this.state = new URLSearchParams(config.inset ? "" : window.location.search);
      this.colour = this.state.get("colour") || "stage";
      this.year = this.state.get("year");
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
        this.draw(await this.source.sheet());
        await this.refresh();
        this.container.dataset.ready = "true";
        await this.openFromAddress();
      } catch (error) {
        this.explain(error);
      }
    }

    explain(error) {
      if (error.name === "AbortError") return;
      const refused = error.status === 401 || error.status === 403;
      this.say(error.status ? this.words[refused ? "forbidden" : "broken"] : this.words.failed);
      if (!error.status && !(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    }

    say(sentence) {
      this.status.textContent = sentence;
      this.status.hidden = !sentence;
    }

    draw(data) {
      this.data = data;
      this.words = { ...WORDS, ...(data.labels || {}) };
      this.container.setAttribute("aria-label", this.words.map);
      this.halos = L.layerGroup().addTo(this.map);
      this.pins = L.layerGroup().addTo(this.map);
      this.groups = L.layerGroup().addTo(this.map);
      this.opened = L.layerGroup().addTo(this.map);
      this.drawAreas();
      this.fitHome();
      this.listen();
      this.addFitControl();
      if (!this.config.inset) window.portfolioMapTools(this);
    }

    /* One request for what is in view; pins that stay keep their markers, so that an open card stays open. */
    async refresh() {
      const found = await this.source.points(this.view());
      this.dropPins(new Set(found.pins.map((project) => project.code)));
      this.groups.clearLayers();
      this.halos.clearLayers();
      this.drawHalos(found.pins);
      this.entries = found.pins.map((project) => this.pinEntry(project));
      found.clusters.forEach((cluster) => this.drawCluster(cluster));
      this.drawStack();
      this.layOut();
      this.say(found.count || this.hasMoved ? "" : this.words.empty);
      this.hasMoved = true;
      const wanted = this.byCode.get(this.openCode);
      if (wanted && !wanted.marker.isPopupOpen()) wanted.marker.openPopup();
      if (wanted) this.target = null;
      else this.goOnTo();
    }

    /* A project that was flown to and still lies in a cluster is flown to more closely. */
    goOnTo() {
      const { target } = this;
      const zoom = this.map.getZoom();
      if (!target || target.code !== this.openCode || !this.map.getBounds().contains(target.place) || zoom >= this.map.getMaxZoom()) {
        this.target = null;
        return;
      }
      this.map.setView(target.place, Math.min(zoom + 1, this.map.getMaxZoom()), { animate: !this.still() });
    }

    dropPins(wanted) {
      const isOther = this.drawnColour !== this.colour;
      this.drawnColour = this.colour;
      [...this.byCode].filter(([code]) => isOther || !wanted.has(code)).forEach(([code, entry]) => {
        const open = this.openCode;
        this.pins.removeLayer(entry.marker);
        this.byCode.delete(code);
        if (open === code && wanted.has(code)) this.openCode = open;
      });
    }

    pinEntry(project) {
      if (!this.byCode.has(project.code)) this.byCode.set(project.code, this.drawPin(project));
      return this.byCode.get(project.code);
    }

    view() {
      const { inset } = this.config;
      const box = inset ? L.latLngBounds([[-85, -180], [85, 180]]) : this.map.getBounds().pad(0.1);
      const bbox = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
      return { bbox, zoom: this.map.getZoom(), colour: this.colour, year: this.year };
    }

    refreshSoon() {
      window.clearTimeout(this.waiting);
      this.waiting = window.setTimeout(() => this.refresh().catch((error) => this.explain(error)), WAIT_MS);
    }

    drawAreas() {
      const style = { className: "district-shape" };
      const outlines = this.data.areas.filter((area) => area.outline)
        .map((area) => L.geoJSON(area.outline, { pane: "outline", interactive: false, style }).addTo(this.map));
      if (outlines.length) {
        this.home = outlines.map((shape) => shape.getBounds()).reduce((all, one) => all.extend(one));
      }
      this.layers = this.data.guides.features.length ? { guides: this.guideLayer() } : {};
      this.data.layers.forEach((layer) => { this.layers[layer.kind] = this.zoneLayer(layer).addTo(this.map); });
    }

    zoneLayer(layer) {
      const style = ({ properties }) => ({
        className: "belt-shape", color: properties.colour, fillColor: properties.colour,
        weight: 1, opacity: 0.55, fillOpacity: 0.18,
      });
      return L.geoJSON(layer.zones, { pane: "belts", interactive: false, style });
    }

    guideLayer() {
      const style = ({ properties }) => ({ className: `guide-line guide-line--${properties.role}` });
      return L.geoJSON(this.data.guides, { pane: "belts", interactive: false, style });
    }

    fitHome() {
      this.map.setMinZoom(0);
      this.map.fitBounds(this.home, { animate: false, padding: this.config.inset ? [6, 6] : [26, 18] });
      this.map.setMaxBounds(this.home.pad(0.5));
      this.map.setMinZoom(this.map.getZoom() - 0.5);
    }

    drawHalos(projects) {
      const seen = new Set();
      projects.filter((project) => this.data.radii[project.accuracy]).forEach((project) => {
        const radius = this.data.radii[project.accuracy];
        const key = [project.lat, project.lon, radius].join();
        if (seen.has(key)) return;
        seen.add(key);
        const style = { pane: "halos", interactive: false, radius, className: "halo-shape" };
        this.halos.addLayer(L.circle([project.lat, project.lon], style));
      });
    }

    stageWords(project) {
      const { stage, status } = this.data.terms;
      const words = stage[project.stage] || this.words.stage_unknown;
      return project.status === "active" ? words : `${words}，${status[project.status]}`;
    }

    drawPin(project) {
      const pin = element("span", pinClasses(project, this.colour), markOf(project, this.colour));
      const colourWords = this.colour === "stage" ? this.stageWords(project) : this.data.terms[this.colour][project[this.colour]];
      const marker = this.addMarker([project.lat, project.lon], pin, `${project.name}，${colourWords}`, this.pins);
      if (this.config.inset) {
        pin.classList.add("is-current");
        marker.setZIndexOffset(1000);
      }
      this.register(project, marker);
      this.drawn = (this.drawn || 0) + 1;
      return { marker, latlng: marker.getLatLng(), gap: PIN_GAP, order: this.drawn, fixed: false };
    }

    projectCard(project) {
      const card = element("div", "map-card");
      card.append(element("p", "map-card-name", project.name));
      const facts = [this.data.terms.level[project.level], this.stageWords(project)];
      card.append(element("p", "", facts.join(" · ")));
      return card;
    }

    /* The card opens at once with what the pin knows; the rest comes after it. */
    async fillIn(project, marker, card) {
      const found = await this.source.card(project.code);
      if (!found || !marker.isPopupOpen()) return;
      fillCard(card, { ...found, accuracy_words: accuracyWords(found, this.words, this.data.radii) }, this.words);
      this.drawSite(found);
      marker.getPopup().update();
      this.enterPopup(marker.getPopup());
    }

    drawSite(project) {
      this.opened.clearLayers();
      if (!project.outline) return;
      const style = { className: "site-shape" };
      this.opened.addLayer(L.geoJSON(project.outline, { pane: "halos", interactive: false, style }));
    }

    drawCluster(cluster) {
      const size = Math.round(30 + 8 * Math.log10(cluster.count));
      const node = element("span", "cluster");
      node.style.setProperty("--size", `${size}px`);
      node.append(this.clusterRing(cluster, size), element("span", "", String(cluster.count)));
      const marker = this.addMarker([cluster.lat, cluster.lon], node, this.words.cluster.replace("{count}", cluster.count));
      marker.on("click", () => this.zoomTo(cluster));
      marker.on("keypress", (event) => { if (event.originalEvent.key === "Enter") this.zoomTo(cluster); });
      const order = -2 - this.entries.length;
      this.entries.push({ marker, latlng: marker.getLatLng(), gap: size + 6, order, fixed: false });
    }

    /* The ring's arcs are as long as the classes are many, in the legend's order. */
    clusterRing(cluster, size) {
      const make = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
      const ring = make("svg");
      ring.setAttribute("viewBox", "0 0 42 42");
      ring.setAttribute("width", size);
      ring.setAttribute("height", size);
      ring.setAttribute("aria-hidden", "true");
      const order = Object.keys({ ...this.data.terms[this.colour], ...cluster.classes });
      let start = 25;
      order.filter((key) => cluster.classes[key]).forEach((key) => {
        const share = (100 * cluster.classes[key]) / cluster.count;
        const arc = ring.appendChild(make("circle"));
        Object.entries({ cx: 21, cy: 21, r: 15.9155, "stroke-dasharray": `${share} ${100 - share}`, "stroke-dashoffset": start })
          .forEach(([name, value]) => arc.setAttribute(name, value));
        arc.setAttribute("class", `arc arc--${this.colour === "stage" ? key : `${this.colour}-${key}`}`);
        start -= share;
      });
      return ring;
    }

    zoomTo(cluster) {
      const [west, south, east, north] = cluster.bounds;
      const zoom = Math.max(this.map.getZoom() + 1.5, this.map.getBoundsZoom([[south, west], [north, east]]));
      this.map.setView([cluster.lat, cluster.lon], Math.min(zoom, this.map.getMaxZoom()), { animate: !this.still() });
    }

    still() {
      return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    }

    addMarker(latlng, node, label, group = this.groups) {
      const icon = L.divIcon({ className: "pin-holder", html: node, iconSize: [0, 0] });
      const marker = L.marker(latlng, { icon, pane: "projects", riseOnHover: true }).addTo(group);
      marker.getElement().setAttribute("aria-label", label);
      return marker;
    }

    drawStack() {
      const { unlocated } = this.data;
      const seat = this.data.areas.length === 1 ? this.data.areas[0].seat : null;
      if (this.config.inset || !seat || !unlocated.count) return;
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
      let card = null;
      marker.bindPopup(() => { card = card || this.projectCard(project); return card; }, this.popupOptions());
      marker.on("popupopen", () => {
        this.openCode = project.code;
        this.highlight(project.code);
        this.fillIn(project, marker, card).catch((error) => this.explain(error));
      });
      marker.on("mouseover", () => this.point(project.code));
      marker.on("mouseout", () => this.point(null));
      marker.on("popupclose", () => { this.openCode = null; this.opened.clearLayers(); this.highlight(null); });
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
      this.data.layers.filter((layer) => this.map.hasLayer(this.layers[layer.kind]))
        .forEach((layer) => layer.zones.features.forEach((zone) => this.nameBelt(zone, taken)));
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
      if (!this.config.inset) this.map.on("moveend", () => this.refreshSoon());
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
      const first = popup.getElement().querySelector(".map-card a[href]");
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
      event.preventDefault();
      this.open(row.dataset.projectCode, { lon: Number(row.dataset.lon), lat: Number(row.dataset.lat) });
    }

    /* Only the project's own card tells whether it is without a place or just hidden in a cluster. */
    async openFromAddress() {
      const code = this.config.inset ? null : this.state.get("focus");
      if (!code) return;
      const entry = this.byCode.get(code);
      if (entry) {
        entry.marker.openPopup();
        return;
      }
      const found = await this.source.card(code);
      if (found && found.lon !== null) this.open(code, found);
      else if (found && this.stack) this.stack.openPopup();
    }

    /* Opens a project's card; one that is not drawn as a pin is flown to first. */
    async open(code, place) {
      const marker = this.byCode.has(code) ? this.byCode.get(code).marker : null;
      if (!marker && !place) return false;
      const target = marker ? marker.getLatLng() : L.latLng(place.lat, place.lon);
      if (!marker) {
        this.map.closePopup();
        this.openCode = code;
        this.target = { code, place: target };
      }
      const zoom = marker ? this.map.getZoom() : Math.max(ROW_ZOOM, this.map.getZoom());
      if (marker) this.map.once("moveend", () => marker.openPopup());
      this.map.setView(target, zoom, { animate: !this.still() });
      return true;
    }

    point(code) {
      document.querySelectorAll("[data-project-code]").forEach((row) => row.classList.toggle("is-pointed", row.dataset.projectCode === code));
    }

    highlight(code) {
      document.querySelectorAll("[data-project-code]").forEach((row) => {
        const current = row.dataset.projectCode === code;
        row.classList.toggle("is-current", current);
        if (current && !this.config.inset) row.scrollIntoView({ block: "nearest" });
      });
      this.byCode.forEach(({ marker }, key) => {
        const node = marker.getElement && marker.getElement();
        const pin = node && node.querySelector && node.querySelector(".pin");
        if (pin && !this.config.inset) pin.classList.toggle("is-current", key === code);
      });
    }

    denseBounds() {
      const rows = [...document.querySelectorAll("[data-project-code][data-lon]")];
      const spots = rows.map((row) => L.latLng(Number(row.dataset.lat), Number(row.dataset.lon)));
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
