/*
 * Draws the projects of one scope on a map shell (geo/maps.py calls `portfolioMap(map, config)`).
 *
 * config: {bounds: [[south, west], [north, east]], dataUrl, inset: boolean, words, focus?: project code}
 *
 * Everything is read through static/map-source.js: first the sheet (outlines, belts, guides, words), then the points in
 * view, once for each move; every text is shown as plain text.
 *
 * The page may hold: elements with data-project-code, data-lon and data-lat (rows of the list beside the map; the row of
 * an open project gets the class is-current), [data-map-coverage] (filled with the coverage), [data-map-colour] (a select:
 * stage, light, level, money), [data-map-layer] (checkboxes: belts, guides, heat), [data-legend] (groups of the legend),
 * [data-map-year] (a range with its [data-map-year-text]), [data-map-opening] (a select: planned, actual), [data-map-search] (an input with its [data-map-found] list).
 */
(function () {
  "use strict";

  const { element } = window.portfolioMapElements;
  const { drawAreas, drawHalos } = window.portfolioMapAreas;
  const { pinNode, clusterNode } = window.portfolioMapPins;
  const { accuracyWords, enterPopup, fillCard, leavePopup, popupOptions, unlocatedCard } = window.portfolioMapCards;
  const { placePins } = window.portfolioMapSpread;
  const { clickedProject, pointAt, markCurrent, offerDense, nameControls } = window.portfolioMapList;
  const { viewOf } = window.portfolioMapAddress;
  const { Names } = window.portfolioMapNames;
  const { pointOut } = window.portfolioMapFocus;
  const { Busy } = window.portfolioMapBusy;

  const ROW_ZOOM = 15;
  const WAIT_MS = 150;
  const PIN_GAP = 30;
  const DENSE_GAP = 24;
  const DENSE_ABOVE = 30;
  const STACK_GAP = 46;
  const NARROW_PX = 500;
  const PRINTING = "map-printing";

  class ProjectMap {
    constructor(map, config) {
      this.map = map;
      this.config = config;
      this.words = config.words;
      this.entries = [];
      this.byCode = new Map();
      this.source = window.portfolioSource(config.dataUrl);
      this.state = new URLSearchParams(config.inset ? "" : window.location.search);
      this.colour = this.state.get("colour") || "stage";
      this.year = this.state.get("year");
      this.opening = this.state.get("opening");
      this.container = map.getContainer();
      this.container.classList.toggle("project-map--inset", Boolean(config.inset));
      this.isPlain = Boolean(config.inset && !config.focus);
      this.status = this.container.appendChild(element("p", "map-status"));
      this.status.setAttribute("role", "status");
      this.names = new Names(map);
      this.busy = new Busy(map);
      this.leaders = L.layerGroup().addTo(map);
      this.home = L.latLngBounds(config.bounds);
      this.fitHome();
      const view = viewOf(this.state);
      if (view) map.setView(view.slice(0, 2), view[2], { animate: false });
    }

    async load() {
      this.say(this.words.loading);
      try {
        const early = this.askEarly();
        this.draw(await this.source.sheet());
        await this.refresh(await early(this.view()));
        if (this.config.focus) pointOut(this);
        this.container.dataset.ready = "true";
        await this.openFromAddress();
      } catch (error) {
        this.explain(error);
      }
    }

    /* The points are asked for together with the sheet; the answer holds if the view is still the same then. */
    askEarly() {
      if (this.config.inset) return async () => null;
      const asked = JSON.stringify(this.view());
      const answer = this.source.points(this.view()).catch(() => null);
      return async (view) => (JSON.stringify(view) === asked ? answer : null);
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
      this.words = data.labels;
      this.container.setAttribute("aria-label", this.words.map);
      this.halos = L.layerGroup().addTo(this.map);
      this.pins = L.layerGroup().addTo(this.map);
      this.groups = L.layerGroup().addTo(this.map);
      this.opened = L.layerGroup().addTo(this.map);
      this.layers = drawAreas(this.map, this.data);
      this.listen();
      if (!this.config.inset) offerDense(this.map, this.home, this.words);
      if (!this.config.inset) window.portfolioMapTools(this);
    }

    /* One request for what is in view; pins that stay keep their markers, so that an open card stays open. */
    async refresh(early = null) {
      window.clearTimeout(this.waiting);
      const asked = this.busy.during(early || this.source.points(this.view()));
      this.busy.set("waiting", false);
      const found = await asked;
      this.dropPins(new Set(found.pins.map((project) => project.code)));
      this.groups.clearLayers();
      this.halos.clearLayers();
      drawHalos(this.halos, found.pins, this.data.radii);
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
      return { bbox, zoom: this.map.getZoom(), colour: this.colour, year: this.year, opening: this.opening };
    }

    refreshSoon() {
      window.clearTimeout(this.waiting);
      this.busy.set("waiting", true);
      this.waiting = window.setTimeout(() => this.refresh().catch((error) => this.explain(error)), WAIT_MS);
    }

    fitHome() {
      this.map.setMinZoom(0);
      this.map.fitBounds(this.home, { animate: false, ...this.margins() });
      this.map.setMaxBounds(this.home.pad(0.5));
      this.map.setMinZoom(this.map.getZoom() - 0.5);
    }

    /* Where a map is narrow, its controls lie over its upper part. */
    margins() {
      if (this.isPlain) return { padding: [6, 6] };
      if (this.map.getSize().x >= NARROW_PX) return { padding: [26, 18] };
      return { paddingTopLeft: [12, this.config.inset ? 40 : 84], paddingBottomRight: [12, 26] };
    }

    stageWords(project) {
      const { stage, status } = this.data.terms;
      const words = stage[project.stage] || this.words.stage_unknown;
      return project.status === "active" ? words : `${words}，${status[project.status]}`;
    }

    drawPin(project) {
      const pin = pinNode(project, this.colour, this.data.letters);
      const colourWords = this.colour === "stage" ? this.stageWords(project) : this.data.terms[this.colour][project[this.colour]];
      const marker = this.addMarker([project.lat, project.lon], pin, `${project.name}，${colourWords}`, this.pins);
      if (this.config.inset) {
        pin.classList.add("is-current");
        marker.setZIndexOffset(1000);
      }
      this.register(project, marker);
      this.drawn = (this.drawn || 0) + 1;
      const { accuracy } = project;
      return { marker, accuracy, latlng: marker.getLatLng(), gap: PIN_GAP, order: this.drawn, fixed: false };
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
      enterPopup(marker.getPopup(), this.words);
    }

    drawSite(project) {
      this.opened.clearLayers();
      if (!project.outline) return;
      const style = { className: "site-shape" };
      this.opened.addLayer(L.geoJSON(project.outline, { pane: "halos", interactive: false, style }));
    }

    drawCluster(cluster) {
      const { node, size } = clusterNode(cluster, this.colour, this.data.terms[this.colour]);
      const marker = this.addMarker([cluster.lat, cluster.lon], node, this.words.cluster.replace("{count}", cluster.count));
      marker.on("click", () => this.zoomTo(cluster));
      marker.on("keypress", (event) => { if (event.originalEvent.key === "Enter") this.zoomTo(cluster); });
      const order = -2 - this.entries.length;
      this.entries.push({ marker, latlng: marker.getLatLng(), gap: size + 6, order, fixed: false });
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
      if (!this.stack) this.stack = this.addStack(seat, unlocated);
      this.entries.push({ marker: this.stack, latlng: L.latLng(seat.lat, seat.lon), gap: STACK_GAP, order: -1, fixed: true });
    }

    /* It stays through every move, so that its open card does too. */
    addStack(seat, unlocated) {
      const node = element("span", "stack", String(unlocated.count));
      const stack = this.addMarker([seat.lat, seat.lon], node, unlocated.label, this.pins);
      return stack.bindPopup(() => unlocatedCard(unlocated, this.words), popupOptions(this.map));
    }

    register(project, marker) {
      let card = null;
      marker.bindPopup(() => { card = card || this.projectCard(project); return card; }, popupOptions(this.map));
      marker.on("popupopen", () => {
        this.openCode = project.code;
        this.highlight(project.code);
        this.busy.during(this.fillIn(project, marker, card)).catch((error) => this.explain(error));
      });
      marker.on("mouseover", () => pointAt(project.code));
      marker.on("mouseout", () => pointAt(null));
      marker.on("popupclose", () => { this.openCode = null; this.drawSite(this.data); this.highlight(null); });
    }

    layOut() {
      this.layOutPins();
      this.layOutNames();
    }

    layOutPins() {
      if (this.isPlain) return;
      this.leaders.clearLayers();
      placePins(this.map, this.entries, this.pinGap());
      this.entries.forEach((entry) => {
        entry.marker.setLatLng(this.map.layerPointToLatLng(entry.pos));
        if (entry.anchor.distanceTo(entry.pos) > 5) this.drawLeader(entry);
      });
    }

    /* Many pins are drawn smaller, so that they stay nearer to their places and cover less of what lies under them. */
    pinGap() {
      const pins = this.entries.filter((entry) => entry.accuracy);
      const isDense = this.colour !== "money" && pins.length > DENSE_ABOVE;
      this.container.classList.toggle("is-dense", isDense);
      const gap = isDense ? DENSE_GAP : PIN_GAP;
      pins.forEach((entry) => { entry.gap = gap; });
      return gap;
    }

    layOutNames() {
      if (this.isPlain) return;
      const shown = this.data.layers.filter((layer) => this.map.hasLayer(this.layers[layer.kind]));
      const towns = this.layers.towns && this.map.hasLayer(this.layers.towns);
      const places = towns ? [] : this.data.places;
      this.names.layOut({ entries: this.entries, zones: shown.flatMap((layer) => layer.zones.features), places });
    }

    drawLeader(entry) {
      const pane = { pane: "leaders", interactive: false };
      const ends = [entry.latlng, entry.marker.getLatLng()];
      this.leaders.addLayer(L.polyline(ends, { ...pane, className: "leader-line" }));
      this.leaders.addLayer(L.circleMarker(entry.latlng, { ...pane, radius: 2.5, className: "leader-end" }));
    }

    listen() {
      this.map.on("zoomend", () => this.layOutPins());
      this.map.on("moveend", () => this.layOutNames());
      if (!this.config.inset) this.map.on("moveend", () => this.refreshSoon());
      this.map.on("popupopen", (event) => enterPopup(event.popup, this.words));
      this.map.on("popupclose", (event) => leavePopup(event.popup));
      document.addEventListener("keydown", (event) => { if (event.key === "Escape") this.map.closePopup(); });
      nameControls(this.container, this.words);
      new ResizeObserver(() => this.map.invalidateSize()).observe(this.container);
      if (this.config.inset) return;
      document.addEventListener("click", (event) => this.followRow(event));
      window.addEventListener("beforeprint", () => this.printSize(true));
      window.addEventListener("afterprint", () => this.printSize(false));
      document.querySelectorAll("[data-map-coverage]").forEach((node) => { node.textContent = this.data.coverage || ""; });
    }

    followRow(event) {
      const project = clickedProject(event);
      if (!project) return;
      event.preventDefault();
      this.open(project.code, project);
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

    highlight(code) {
      if (this.config.inset) return;
      markCurrent(code);
      this.byCode.forEach(({ marker }, key) => {
        const pin = marker.getElement() && marker.getElement().querySelector(".pin");
        if (pin) pin.classList.toggle("is-current", key === code);
      });
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
