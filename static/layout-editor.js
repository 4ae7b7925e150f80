/*
 * Draws the lines and areas of a layout's form on its map, and lets a person change them there.
 *
 * `portfolioLayoutEditor(map, data)` is called by static/layout-map.js. Every fieldset [data-zone="line" | "area"] holds a
 * text field (…-line or …-shape) with a GeoJSON geometry: what is changed on the map is written there, and what is typed
 * there is drawn. One zone at a time has handles: a vertex is dragged, moved by the arrow keys or taken out by Delete;
 * the small circle between two makes a new one. A zone without a shape takes clicks on the map, ended by a double click
 * or Enter, given up by Escape.
 */
(function () {
  "use strict";

  const DIGITS = 6;
  const STEP_PX = 4;
  const ROOM_PX = 28;
  const MOST_HANDLES = 600;
  const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  const isStill = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  /* Paths of a geometry, each an array of LatLng; a ring of an area without its closing point. */
  function toPaths(geometry) {
    const lines = { LineString: (c) => [c], MultiLineString: (c) => c, Polygon: (c) => c, MultiPolygon: (c) => c.flat() };
    const found = geometry && lines[geometry.type] ? lines[geometry.type](geometry.coordinates) : [];
    const isArea = geometry && geometry.type.endsWith("Polygon");
    return found.map((path) => (isArea ? path.slice(0, -1) : path).map(([lon, lat]) => L.latLng(lat, lon)));
  }

  /* The geometry of paths, in the structure that `before` had. */
  function toGeometry(paths, before, kind) {
    const point = (latlng) => [Number(latlng.lng.toFixed(DIGITS)), Number(latlng.lat.toFixed(DIGITS))];
    if (kind === "line") {
      const lines = paths.filter((path) => path.length > 1).map((path) => path.map(point));
      if (!lines.length) return null;
      return lines.length === 1 ? { type: "LineString", coordinates: lines[0] } : { type: "MultiLineString", coordinates: lines };
    }
    const rings = paths.map((path) => [...path, path[0]].filter(Boolean).map(point));
    if (!rings.some((ring) => ring.length > 3)) return null;
    if (!before || before.type === "Polygon") return { type: "Polygon", coordinates: rings };
    let next = 0;
    const polygons = before.coordinates.map((polygon) => polygon.map(() => rings[next++]));
    return { type: "MultiPolygon", coordinates: polygons };
  }

  function readGeometry(text) {
    try {
      const found = JSON.parse(text);
      const geometry = found && found.type === "Feature" ? found.geometry : found;
      toPaths(geometry);
      return geometry;
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError) return null;
      throw error;
    }
  }

  class ZoneEditor {
    constructor(map, fieldset, words) {
      this.map = map;
      this.words = words;
      this.fieldset = fieldset;
      this.kind = fieldset.dataset.zone;
      this.text = fieldset.querySelector(this.kind === "line" ? "textarea[name$='-line']" : "textarea[name$='-shape']");
      this.colour = fieldset.querySelector("[name$='-colour']");
      this.button = fieldset.querySelector("[data-zone-draw]");
      this.group = L.layerGroup().addTo(map);
      this.handles = L.layerGroup().addTo(map);
      this.text.addEventListener("input", () => this.read());
      this.colour.addEventListener("input", () => this.draw());
      this.read();
    }

    read() {
      this.geometry = readGeometry(this.text.value);
      this.paths = toPaths(this.geometry);
      this.draw();
      if (this.isActive) this.drawHandles();
    }

    write() {
      this.geometry = toGeometry(this.paths, this.geometry, this.kind);
      this.text.value = this.geometry ? JSON.stringify(this.geometry) : "";
      this.text.form.dispatchEvent(new Event("input", { bubbles: true }));
    }

    draw() {
      this.group.clearLayers();
      const style = { pane: "leaders", interactive: false, color: this.colour.value };
      this.paths.filter((path) => path.length > 1).forEach((path) => {
        const shape = this.kind === "line" ? L.polyline(path, { ...style, className: "edited-line" })
          : L.polygon(path, { ...style, className: "edited-area" });
        this.group.addLayer(shape);
      });
    }

    activate(isActive) {
      this.isActive = isActive;
      this.isNew = isActive && !this.paths.length;
      this.handles.clearLayers();
      this.fieldset.classList.toggle("is-drawing", isActive);
      if (this.button) this.button.setAttribute("aria-pressed", String(isActive));
      if (isActive) this.drawHandles();
    }

    drawHandles() {
      this.handles.clearLayers();
      if (this.paths.flat().length > MOST_HANDLES) return;
      this.paths.forEach((path) => {
        path.forEach((latlng, number) => {
          this.addVertex(path, number);
          const next = path[number + 1] || (this.kind === "area" && path.length > 2 ? path[0] : null);
          const gap = next ? this.map.latLngToLayerPoint(latlng).distanceTo(this.map.latLngToLayerPoint(next)) : 0;
          if (gap > ROOM_PX) this.addMiddle(path, number, L.latLng((latlng.lat + next.lat) / 2, (latlng.lng + next.lng) / 2));
        });
      });
    }

    handle(latlng, className, label, options) {
      const node = document.createElement("span");
      node.className = className;
      const icon = L.divIcon({ className: "vertex-holder", html: node, iconSize: [0, 0] });
      const marker = L.marker(latlng, { icon, pane: "projects", keyboard: true, ...options }).addTo(this.handles);
      marker.getElement().setAttribute("aria-label", label);
      return marker;
    }

    addVertex(path, number) {
      const label = this.words.vertex.replace("{number}", number + 1);
      const marker = this.handle(path[number], "vertex", label, { draggable: true, zIndexOffset: 1000 });
      marker.on("drag", () => { path[number] = marker.getLatLng(); this.draw(); });
      marker.on("dragend", () => { this.write(); this.drawHandles(); });
      marker.getElement().addEventListener("keydown", (event) => this.key(event, path, number));
    }

    key(event, path, number) {
      const step = ARROWS[event.key];
      if (!step && event.key !== "Delete" && event.key !== "Backspace") return;
      event.preventDefault();
      event.stopPropagation();
      if (step) {
        const place = this.map.latLngToLayerPoint(path[number]).add(L.point(step).multiplyBy(STEP_PX));
        path[number] = this.map.layerPointToLatLng(place);
      } else {
        path.splice(number, 1);
      }
      this.write();
      this.draw();
      this.drawHandles();
      this.focus(path, step ? number : Math.max(0, number - 1));
    }

    focus(path, number) {
      const at = path[number];
      this.handles.eachLayer((marker) => { if (at && marker.options.draggable && marker.getLatLng().equals(at)) marker.getElement().focus(); });
    }

    addMiddle(path, number, latlng) {
      const marker = this.handle(latlng, "vertex-middle", this.words.middle, {});
      const insert = () => {
        path.splice(number + 1, 0, latlng);
        this.write();
        this.draw();
        this.drawHandles();
        this.focus(path, number + 1);
      };
      marker.on("click", insert);
      marker.on("keypress", (event) => { if (event.originalEvent.key === "Enter") insert(); });
    }

    /* Clicks make the first line or ring of a zone that has none. */
    click(latlng) {
      if (!this.isActive || !this.isNew) return;
      if (!this.paths.length) this.paths.push([]);
      this.paths[0].push(latlng);
      this.write();
      this.draw();
      this.drawHandles();
    }

    finish() {
      this.isNew = false;
    }

    giveUp() {
      if (!this.isNew) return;
      this.paths = [];
      this.write();
      this.draw();
      this.drawHandles();
    }
  }

  function drawPreview(map) {
    const holder = document.querySelector("[data-preview-shapes]");
    if (!holder) return;
    const colours = [...document.querySelectorAll("[data-zone] [name$='-colour']")].map((field) => field.value);
    JSON.parse(holder.textContent).map((shape) => JSON.parse(shape)).forEach((shape, number) => {
      const style = { className: "belt-shape", color: colours[number], fillColor: colours[number], weight: 1, opacity: 0.6, fillOpacity: 0.2 };
      L.geoJSON(shape, { pane: "belts", interactive: false, style }).addTo(map);
    });
  }

  window.portfolioLayoutEditor = function portfolioLayoutEditor(map, data) {
    const editors = [...document.querySelectorAll("[data-zone]")].map((one) => new ZoneEditor(map, one, data.words));
    const active = () => editors.find((one) => one.isActive);
    document.querySelectorAll("[data-editor-hint]").forEach((node) => { node.hidden = false; });
    editors.filter((one) => one.button).forEach((editor) => {
      editor.button.hidden = false;
      editor.button.addEventListener("click", () => {
        const wasActive = editor.isActive;
        editors.forEach((one) => one.activate(false));
        editor.activate(!wasActive);
        map.getContainer().classList.toggle("is-measuring", Boolean(active() && active().isNew));
        map.doubleClickZoom[active() && active().isNew ? "disable" : "enable"]();
        if (editor.isActive && editor.paths.flat().length > 1) map.fitBounds(L.latLngBounds(editor.paths.flat()).pad(0.1), { animate: !isStill() });
        if (editor.isActive) map.getContainer().scrollIntoView({ block: "nearest" });
      });
    });
    map.on("zoomend", () => { if (active()) active().drawHandles(); });
    map.on("click", (event) => { if (active()) active().click(event.latlng); });
    map.on("dblclick", () => { if (active()) active().finish(); });
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Enter" && active()) active().finish();
      if (event.key === "Escape" && active()) active().giveUp();
    });
    drawPreview(map);
  };
})();
