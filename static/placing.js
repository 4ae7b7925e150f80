/*
 * The map of the placing page (geo/maps.py calls `portfolioPlacing(map, config)`): one pin beside a form.
 *
 * config: {bounds: [[south, west], [north, east]], dataUrl, readingsUrl}
 *
 * The form, [data-placing], says where the pin stands: whatever is done on the map is written into its fields, and the
 * fields are read under each datum by the server, whose answer moves the pin. Words to show stand on the form as
 * data-word-…; everything is put on the page as plain text. static/placing-site.js draws the site.
 */
(function () {
  "use strict";

  const { element } = window.portfolioMapElements;
  const WAIT_MS = 250;
  const ZOOMS = { site: 16, neighbourhood: 14, town: 12.5 };
  const CLICK_PX = 5;
  const REACH_M = { site: 50, neighbourhood: 500 };
  const STEP_PX = 10;
  const GHOST_PX = 26;
  const LOCATED = new Set(["site", "neighbourhood", "town"]);
  const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  class PlacingMap {
    constructor(map, config) {
      this.map = map;
      this.config = config;
      this.form = document.querySelector("[data-placing]");
      this.fields = this.form.elements;
      this.words = this.form.dataset;
      this.source = window.portfolioSource(config.dataUrl);
      this.touched = new Set();
      this.asked = 0;
      this.container = map.getContainer();
      this.container.setAttribute("aria-label", document.querySelector("h1").textContent);
      this.others = L.layerGroup().addTo(map);
      this.ghosts = L.layerGroup().addTo(map);
      map.fitBounds(config.bounds, { animate: false, padding: [16, 16] });
    }

    part(name) { return document.querySelector(`[data-${name}]`); }

    say(sentence) { this.part("placing-say").textContent = sentence; }

    async start() {
      this.part("placing-tools").hidden = false;
      this.part("check").hidden = true;
      document.querySelectorAll("[data-suggestion]").forEach((button) => { button.disabled = false; });
      this.tellOutside();
      this.site = window.portfolioSite(this);
      this.listen();
      this.sheet = await this.source.sheet();
      this.drawSheet();
      await this.read();
      this.lookAt();
      this.layOutNames();
      await this.drawOthers();
      this.container.dataset.ready = "true";
    }

    /* --- what lies behind: the district, its belts, its towns, the other projects -------------------------------- */

    drawSheet() {
      const belts = this.sheet.layers.filter((layer) => layer.kind === "belts");
      const layers = window.portfolioMapAreas.drawAreas(this.map, { ...this.sheet, layers: belts });
      if (layers.guides) layers.guides.addTo(this.map);
      this.zones = belts.flatMap((layer) => layer.zones.features);
      this.names = new window.portfolioMapNames.Names(this.map);
      this.layOutNames();
      const { map, container, sheet: data } = this;
      const state = new URLSearchParams(window.location.search);
      window.portfolioMapBases.chooseBase({ map, container, state, data, words: data.labels });
    }

    layOutNames() { this.names.layOut({ entries: [], zones: this.zones, places: this.sheet.places }); }

    async drawOthers() {
      const box = this.map.getBounds().pad(0.1);
      const bbox = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
      const found = await this.source.points({ bbox, zoom: this.map.getZoom(), colour: "stage" });
      const style = { pane: "places", className: "other-project" };
      const own = this.config.readingsUrl.split("/")[2];
      this.others.clearLayers();
      found.pins.filter((pin) => pin.code !== own).forEach((pin) => {
        const dot = L.circleMarker([pin.lat, pin.lon], { ...style, radius: 4 }).bindTooltip(element("span", "", pin.name));
        this.others.addLayer(dot);
      });
      found.clusters.forEach((group) => this.others.addLayer(L.circleMarker([group.lat, group.lon], { ...style, radius: 7, interactive: false })));
    }

    /* --- what a person does ------------------------------------------------------------------------------------- */

    listen() {
      this.map.on("click", (event) => {
        if (this.site.isDrawing) this.site.add(event.latlng);
        else this.putPoint(event.latlng);
      });
      this.map.on("zoomend", () => this.drawGhosts());
      this.map.on("moveend", () => {
        if (!this.container.dataset.ready) return;
        this.layOutNames();
        this.drawOthers().catch((error) => this.explain(error));
      });
      this.form.addEventListener("input", (event) => this.follow(event.target.name));
      this.form.addEventListener("change", (event) => this.takeFile(event.target));
      this.part("pin-here").addEventListener("click", () => this.putPoint(this.map.getCenter()));
      this.part("place-clear").addEventListener("click", () => this.clear());
      document.querySelectorAll("[data-suggestion]").forEach((button) => {
        button.addEventListener("click", () => this.choose(button.dataset.suggestion));
      });
      document.querySelectorAll("[data-queue-next], [data-queue-previous]").forEach((link) => {
        link.addEventListener("click", () => this.keepBase(link));
      });
      new ResizeObserver(() => this.map.invalidateSize()).observe(this.container);
    }

    /* The base map goes along through the queue. */
    keepBase(link) {
      const url = new URL(link.href);
      const base = new URLSearchParams(window.location.search).get("base");
      if (base) url.searchParams.set("base", base);
      link.href = url.href;
    }

    /* What was typed counts more than what would be filled in by itself. */
    follow(name) {
      if (name === "accuracy" || name === "place_basis") this.touched.add(name);
      if (name === "accuracy") this.drawReach();
      if (name === "place_name") this.choose(this.fields.place_name.value, { isTyped: true });
      if (name === "outline") this.site.fromText();
      if (name !== "coordinates" && name !== "datum") return;
      if (name === "coordinates") {
        this.fields.place_name.value = "";
        this.fill({ accuracy: LOCATED.has(this.fields.accuracy.value) ? null : "site", place_basis: "" });
      }
      window.clearTimeout(this.waiting);
      this.waiting = window.setTimeout(() => this.read().then(() => this.lookAt({ isGentle: true })), WAIT_MS);
    }

    /* A photo or a file is read by the server at once; nothing is saved by that. */
    takeFile(input) {
      if (input.type === "file" && input.files.length) this.form.requestSubmit(this.part("check"));
    }

    fill(values) {
      Object.entries(values).forEach(([name, value]) => {
        if (value !== null && !this.touched.has(name)) this.fields[name].value = value;
      });
    }

    changed() { this.form.dispatchEvent(new Event("input")); }

    putPoint(latlng) {
      const accuracy = this.accuracyHere();
      const place = latlng.wrap();
      this.fields.coordinates.value = `${place.lng.toFixed(6)}, ${place.lat.toFixed(6)}`;
      this.fields.datum.value = "wgs84";
      this.fields.place_name.value = "";
      this.fill({ accuracy, place_basis: this.words.wordBasis });
      const label = this.fields.accuracy.selectedOptions[0].textContent;
      if (!this.touched.has("accuracy")) this.say(this.words.wordAccuracy.replace("{accuracy}", label));
      this.changed();
      return this.read();
    }

    /* How exact a click can be at this zoom. */
    accuracyHere() {
      const metres = CLICK_PX * this.metresPerPixel();
      return metres <= REACH_M.site ? "site" : metres <= REACH_M.neighbourhood ? "neighbourhood" : "town";
    }

    metresPerPixel() {
      return (40075016.7 * Math.cos((this.map.getCenter().lat * Math.PI) / 180)) / (256 * 2 ** this.map.getZoom());
    }

    choose(name, { isTyped = false } = {}) {
      const option = [...document.querySelectorAll("#places option")].find((one) => one.value === name);
      if (!option) return;
      if (!isTyped) this.fields.place_name.value = name;
      const { pair, accuracy, basis } = option.dataset;
      ["accuracy", "place_basis"].forEach((field) => this.touched.delete(field));
      this.fields.coordinates.value = pair;
      this.fields.datum.value = "wgs84";
      this.fill({ accuracy, place_basis: basis });
      this.changed();
      this.read().then(() => this.lookAt());
    }

    clear() {
      ["coordinates", "place_name", "place_basis"].forEach((name) => { this.fields[name].value = ""; });
      this.fields.accuracy.value = "district";
      this.site.clear();
      this.changed();
      this.read();
    }

    /* --- the readings: what the typed coordinates mean under each datum ----------------------------------------- */

    async read() {
      this.asked += 1;
      const mine = this.asked;
      const query = new URLSearchParams({ coordinates: this.fields.coordinates.value, datum: this.fields.datum.value });
      try {
        const response = await fetch(`${this.config.readingsUrl}?${query}`, { headers: { Accept: "application/json" } });
        const answer = await response.json();
        if (mine === this.asked) this.show(answer);
      } catch (error) {
        this.explain(error);
      }
    }

    explain(error) {
      if (error.name === "AbortError") return;
      this.say(this.words.wordFailed);
      if (!error.status) window.console.error(error);
    }

    show(answer) {
      this.answer = answer.rows && answer.rows.length ? answer : null;
      const wrong = this.part("readings-error");
      wrong.textContent = answer.error || "";
      wrong.hidden = !answer.error;
      this.part("readings").hidden = !this.answer;
      if (this.answer) this.fillTable();
      this.tellOutside();
      this.drawPin();
    }

    fillTable() {
      const heads = [...this.part("readings").querySelectorAll("thead th")].map((head) => head.textContent);
      this.part("readings-rows").replaceChildren(...this.answer.rows.map((row) => {
        const line = element("tr", row.is_stated ? "is-stated" : "");
        const name = line.appendChild(element("th", "", row.label));
        name.scope = "row";
        [row.place, row.apart, row.where].forEach((text, number) => {
          const cell = line.appendChild(element("td", number < 2 ? "num" : "", text));
          cell.dataset.label = heads[number + 1];
        });
        return line;
      }));
      const warning = this.part("readings-warning");
      warning.textContent = this.answer.warning || "";
      warning.hidden = !this.answer.warning;
      this.part("readings-amap").textContent = this.answer.amap;
    }

    /* The reason is asked for where it is needed: outside the district, or where the server asked for it. */
    tellOutside() {
      const asked = this.part("outside");
      const isOutside = this.answer ? this.answer.is_outside : "isOutside" in asked.dataset;
      asked.hidden = !(isOutside || asked.querySelector(".wrong") || this.fields.outside_reason.value);
    }

    /* --- the pin -------------------------------------------------------------------------------------------------- */

    drawPin() {
      const stated = this.answer && this.answer.rows.find((row) => row.is_stated);
      if (!stated && this.pin) this.pin = this.pin.remove() && null;
      if (stated) {
        if (!this.pin) this.pin = this.makePin();
        this.pin.setLatLng([stated.lat, stated.lon]);
        if (!this.map.hasLayer(this.pin)) this.pin.addTo(this.map);
        this.pin.getElement().setAttribute("aria-label", this.words.wordPin);
        this.pin.getElement().onkeydown = (event) => this.nudge(event);
      }
      this.drawReach();
      this.drawGhosts();
    }

    makePin() {
      const icon = L.divIcon({ className: "pin-holder", html: element("span", "place-pin"), iconSize: [0, 0] });
      const pin = L.marker([0, 0], { icon, pane: "projects", draggable: true, autoPan: true });
      pin.on("dragend", () => this.putPoint(pin.getLatLng()));
      return pin;
    }

    async nudge(event) {
      const way = ARROWS[event.key];
      if (!way) return;
      event.preventDefault();
      event.stopPropagation();
      const step = event.shiftKey ? 1 : STEP_PX;
      const at = this.map.latLngToContainerPoint(this.pin.getLatLng()).add(L.point(way).multiplyBy(step));
      this.pin.setLatLng(this.map.containerPointToLatLng(at));
      await this.putPoint(this.pin.getLatLng());
      this.map.panInside(this.pin.getLatLng(), { padding: [40, 40], animate: false });
    }

    drawReach() {
      if (this.reach) this.reach.remove();
      const radius = this.sheet && this.sheet.radii[this.fields.accuracy.value];
      this.reach = null;
      if (!this.pin || !radius) return;
      const style = { pane: "halos", interactive: false, radius, className: "halo-shape" };
      this.reach = L.circle(this.pin.getLatLng(), style).addTo(this.map);
    }

    drawGhosts() {
      this.ghosts.clearLayers();
      if (!this.answer || !this.pin) return;
      const from = this.pin.getLatLng();
      this.answer.rows.filter((row) => row.apart_m > 1).forEach((row) => {
        const at = L.latLng(row.lat, row.lon);
        if (this.map.latLngToLayerPoint(at).distanceTo(this.map.latLngToLayerPoint(from)) < GHOST_PX) return;
        const words = this.words.wordGhost.replace("{datum}", row.label).replace("{distance}", row.apart);
        const still = { pane: "leaders", interactive: false };
        const isLeft = at.lng < from.lng && this.map.latLngToContainerPoint(at).x > words.length * 11;
        this.ghosts.addLayer(L.polyline([from, at], { ...still, className: "ghost-line" }));
        const dot = L.circleMarker(at, { ...still, radius: 6, className: "ghost-dot" });
        this.ghosts.addLayer(dot.bindTooltip(element("span", "", words), { permanent: true, direction: isLeft ? "left" : "right", offset: [isLeft ? -8 : 8, 0], className: "ghost-label" }));
      });
    }

    /* Shows the pin and the site; gently: only where the pin is out of view. */
    lookAt({ isGentle = false } = {}) {
      const still = { animate: false };
      const site = this.site.bounds();
      const at = this.pin && this.pin.getLatLng();
      if (isGentle && (!at || this.map.getBounds().contains(at))) return;
      if (site) this.map.fitBounds(at ? site.extend(at) : site, { ...still, maxZoom: ZOOMS.site, padding: [40, 40] });
      else if (at) this.map.setView(at, ZOOMS[this.fields.accuracy.value] || this.map.getZoom(), still);
    }
  }

  window.portfolioPlacing = function portfolioPlacing(map, config) {
    const placing = new PlacingMap(map, config);
    placing.start().catch((error) => placing.explain(error));
    return placing;
  };
})();
