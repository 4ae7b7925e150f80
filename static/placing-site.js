/*
 * Draws the site of a project on the placing map: `portfolioSite(placing)`, called by static/placing.js.
 *
 * The text field `outline` (GeoJSON, WGS-84) holds the site; what is drawn is written there. A site of one ring and few
 * corners can be changed: drag a corner, or focus it and move it with the arrow keys, take it out with Delete, put one
 * in by clicking the edge. Other sites, as uploaded, are shown only.
 */
(function () {
  "use strict";

  const MOST_CORNERS = 120;
  const STEP_PX = 10;
  const CLOSE_PX = 12;
  const M2_PER_MU = 666.67;
  const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  /* Square metres of a small ring on the ellipsoid of WGS-84, degrees scaled at its middle. */
  function areaM2(corners) {
    const rad = Math.PI / 180;
    const lat = (corners.reduce((sum, corner) => sum + corner.lat, 0) / corners.length) * rad;
    const flat = 1 - 0.00669437999014 * Math.sin(lat) ** 2;
    const north = (6378137 * (1 - 0.00669437999014)) / flat ** 1.5;
    const east = (6378137 / Math.sqrt(flat)) * Math.cos(lat);
    const doubled = corners.reduce((sum, start, i) => {
      const end = corners[(i + 1) % corners.length];
      const origin = corners[0];
      return sum + (start.lng - origin.lng) * (end.lat - origin.lat) - (end.lng - origin.lng) * (start.lat - origin.lat);
    }, 0);
    return Math.abs((doubled * rad * rad * north * east) / 2);
  }

  function readText(text) {
    try {
      return text.trim() ? JSON.parse(text) : null;
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }

  class Site {
    constructor(placing) {
      this.placing = placing;
      this.map = placing.map;
      this.field = placing.fields.outline;
      this.words = placing.words;
      this.corners = [];
      this.isDrawing = false;
      this.shape = L.layerGroup().addTo(this.map);
      this.handles = L.layerGroup().addTo(this.map);
      this.button = placing.part("site-draw");
      this.button.addEventListener("click", () => (this.isDrawing ? this.finish() : this.begin()));
      placing.part("site-clear").addEventListener("click", () => this.clear());
      document.addEventListener("keydown", (event) => this.key(event));
      this.fromText();
    }

    fromText() {
      const geometry = readText(this.field.value);
      const rings = geometry && geometry.type === "Polygon" && Array.isArray(geometry.coordinates) ? geometry.coordinates : [];
      this.fixed = null;
      this.corners = [];
      if (rings.length === 1 && rings[0].length - 1 <= MOST_CORNERS) {
        this.corners = rings[0].slice(0, -1).map(([lng, lat]) => L.latLng(lat, lng));
      } else if (geometry && ["Polygon", "MultiPolygon"].includes(geometry.type)) {
        this.fixed = geometry;
        this.placing.say(this.words.wordFixed);
      }
      this.draw();
    }

    bounds() {
      if (this.fixed) return L.geoJSON(this.fixed).getBounds();
      return this.corners.length > 2 ? L.latLngBounds(this.corners) : null;
    }

    begin() {
      this.before = this.field.value;
      this.fixed = null;
      this.corners = [];
      this.setDrawing(true);
      this.placing.say(this.words.wordDrawing);
      this.draw();
    }

    setDrawing(isDrawing) {
      this.isDrawing = isDrawing;
      this.button.setAttribute("aria-pressed", String(isDrawing));
      this.map.getContainer().classList.toggle("is-measuring", isDrawing);
      this.map.doubleClickZoom[isDrawing ? "disable" : "enable"]();
    }

    add(latlng) {
      const at = (place) => this.map.latLngToContainerPoint(place);
      const [first] = this.corners;
      if (this.corners.length > 2 && at(first).distanceTo(at(latlng)) < CLOSE_PX) { this.finish(); return; }
      this.corners.push(latlng);
      this.draw();
    }

    finish() {
      if (this.corners.length < 3) { this.placing.say(this.words.wordFew); return; }
      this.setDrawing(false);
      this.write();
    }

    giveUp() {
      this.setDrawing(false);
      this.field.value = this.before;
      this.placing.say("");
      this.fromText();
    }

    clear() {
      this.setDrawing(false);
      this.corners = [];
      this.fixed = null;
      this.write();
    }

    key(event) {
      if (!this.isDrawing || event.target.closest("input, select, textarea")) return;
      if (event.key === "Escape") this.giveUp();
      if (event.key === "Enter" && event.target !== this.button) { event.preventDefault(); this.finish(); }
    }

    write() {
      const pair = (corner) => [Number(corner.lng.toFixed(7)), Number(corner.lat.toFixed(7))];
      const ring = [...this.corners, ...this.corners.slice(0, 1)].map(pair);
      this.field.value = this.corners.length ? JSON.stringify({ type: "Polygon", coordinates: [ring] }) : "";
      const { accuracy, coordinates } = this.placing.fields;
      if (this.corners.length && !coordinates.value) accuracy.value = "site";
      this.draw();
      this.placing.changed();
    }

    draw() {
      this.shape.clearLayers();
      this.handles.clearLayers();
      const style = { pane: "leaders", className: "site-shape site-shape--drawn" };
      if (this.fixed) this.shape.addLayer(L.geoJSON(this.fixed, { pane: "halos", interactive: false, style: { className: "site-shape" } }));
      if (this.corners.length > 1) {
        const line = this.isDrawing ? L.polyline(this.corners, { ...style, interactive: false }) : L.polygon(this.corners, { ...style, interactive: false });
        this.shape.addLayer(line);
        if (!this.isDrawing) this.drawEdges();
      }
      this.corners.forEach((corner, number) => this.handles.addLayer(this.handle(corner, number)));
      this.tell();
    }

    /* Edges that can be clicked to put a corner in. */
    drawEdges() {
      this.corners.forEach((start, i) => {
        const end = this.corners[(i + 1) % this.corners.length];
        const edge = L.polyline([start, end], { pane: "projects", className: "site-edge", weight: 12, opacity: 0 });
        edge.on("click", (event) => {
          L.DomEvent.stop(event);
          this.corners.splice(i + 1, 0, event.latlng);
          this.write();
        });
        this.shape.addLayer(edge);
      });
    }

    handle(corner, number) {
      const html = document.createElement("span");
      html.className = "site-corner";
      const icon = L.divIcon({ className: "pin-holder", html, iconSize: [0, 0] });
      const marker = L.marker(corner, { icon, pane: "projects", draggable: !this.isDrawing, bubblingMouseEvents: this.isDrawing });
      marker.on("dragend", () => { this.corners[number] = marker.getLatLng(); this.write(); });
      marker.on("add", () => {
        const node = marker.getElement();
        node.setAttribute("aria-label", this.words.wordCorner.replace("{number}", number + 1));
        node.onkeydown = (event) => this.nudge(event, number);
      });
      return marker;
    }

    nudge(event, number) {
      const way = ARROWS[event.key];
      if (event.key === "Delete" || event.key === "Backspace") {
        if (this.corners.length <= 3 && !this.isDrawing) { this.placing.say(this.words.wordFew); return; }
        this.corners.splice(number, 1);
      } else if (way) {
        const at = this.map.latLngToContainerPoint(this.corners[number]).add(L.point(way).multiplyBy(event.shiftKey ? 1 : STEP_PX));
        this.corners[number] = this.map.containerPointToLatLng(at);
      } else {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      if (this.isDrawing) this.draw();
      else this.write();
      const again = this.handles.getLayers()[Math.min(number, this.corners.length - 1)];
      if (again) again.getElement().focus();
    }

    tell() {
      const figures = this.placing.part("site-figures");
      if (this.fixed) return;
      figures.textContent = "";
      if (this.corners.length < 3) return;
      const write = (number, digits) => number.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
      const area = areaM2(this.corners);
      const stated = Number(this.words.statedM2);
      let words = this.words.wordArea.replace("{area}", write(area, 0)).replace("{mu}", write(area / M2_PER_MU, 1));
      const percent = stated ? ((area - stated) / stated) * 100 : 0;
      if (stated) words += this.words.wordStated.replace("{area}", write(stated, 0)).replace("{percent}", (percent > 0 ? "+" : "") + percent.toFixed(1));
      figures.textContent = words;
      figures.classList.toggle("site-figures--off", Math.abs(percent) > 10);
      figures.closest("details").open = true;
    }
  }

  window.portfolioSite = (placing) => new Site(placing);
})();
