/*
 * Base maps: pictures under everything that the map draws, chosen by a control on the map; without `bases` in the sheet
 * there is none.
 *
 * bases: [{key, label, attribution, credit_url, layers: [{url, servers}], shifted, zooms: [first, last], bounds, labelled}]
 * A base whose squares lie by GCJ-02 is `shifted`. `settle(base)`, where it is given, chooses the view for a base or none.
 */
(function () {
  "use strict";

  const { keep } = window.portfolioMapAddress;
  const { element, link } = window.portfolioMapElements;
  const PLAIN_ZOOMS = { zoomSnap: 0.25, zoomDelta: 0.5 };
  const SHARP_ZOOMS = { zoomSnap: 1, zoomDelta: 1 };
  const USUAL_LAST_ZOOM = 17;
  const HIGHEST_ZOOM = 19;

  /* Leaflet takes a credit as markup: it is made of elements that hold plain text. */
  function credit(base) {
    const holder = document.createElement("span");
    holder.append(base.credit_url ? link(base.attribution, base.credit_url) : base.attribution);
    return holder.innerHTML;
  }

  function tileLayer(base, { url, servers }) {
    return L.tileLayer(url, {
      subdomains: servers,
      minZoom: base.zooms[0],
      maxNativeZoom: base.zooms[1],
      maxZoom: HIGHEST_ZOOM,
      bounds: base.bounds && [[base.bounds[1], base.bounds[0]], [base.bounds[3], base.bounds[2]]],
      referrerPolicy: "origin",
    });
  }

  class Bases {
    constructor({ map, data, words, container, state, settle }) {
      Object.assign(this, { map, words, container, settle });
      this.bases = new Map(data.bases.map((base) => [base.key, base]));
      this.systems = { plain: map.options.crs, shifted: window.portfolioGcj02.system() };
      this.lowest = map.getMinZoom();
      this.drawn = L.layerGroup().addTo(map);
      this.addControl();
      map.on("zoomend", () => this.tell());
      if (this.bases.has(state.get("base"))) this.choose(state.get("base"));
    }

    addControl() {
      const bar = element("div", "map-base");
      bar.appendChild(element("label", "", this.words.base)).htmlFor = "map-base";
      this.select = bar.appendChild(element("select"));
      this.select.id = "map-base";
      const choices = [["", this.words.base_none], ...[...this.bases.values()].map((base) => [base.key, base.label])];
      choices.forEach(([key, text]) => { this.select.appendChild(element("option", "", text)).value = key; });
      this.note = bar.appendChild(element("p"));
      this.note.setAttribute("role", "status");
      L.DomEvent.disableClickPropagation(bar);
      L.DomEvent.disableScrollPropagation(bar);
      this.select.addEventListener("change", () => {
        keep({ base: this.select.value });
        this.choose(this.select.value);
      });
      const control = L.control({ position: "topright" });
      control.onAdd = () => bar;
      control.addTo(this.map);
    }

    choose(key) {
      const base = this.bases.get(key);
      if (this.base) this.map.attributionControl.removeAttribution(credit(this.base));
      this.drawn.clearLayers();
      this.base = base;
      this.hasFailed = false;
      this.select.value = base ? key : "";
      this.container.classList.toggle("has-base", Boolean(base));
      this.container.classList.toggle("has-base-labels", Boolean(base && base.labelled));
      this.project(base);
      if (base) this.draw(base);
      this.tell();
    }

    /* Squares are sharp at whole zooms only; going down to one keeps in view what was in view. */
    project(base) {
      const { map } = this;
      const [centre, zoom] = [map.getCenter(), map.getZoom()];
      Object.assign(map.options, base ? SHARP_ZOOMS : PLAIN_ZOOMS);
      map.options.crs = this.systems[base && base.shifted ? "shifted" : "plain"];
      map.options.minZoom = base ? Math.floor(this.lowest) : this.lowest;
      map.options.maxZoom = base ? Math.min(HIGHEST_ZOOM, Math.max(USUAL_LAST_ZOOM, base.zooms[1])) : USUAL_LAST_ZOOM;
      map.setView(centre, base ? Math.floor(zoom) : zoom, { reset: true, animate: false });
      if (this.settle) this.settle(base);
    }

    draw(base) {
      this.map.attributionControl.addAttribution(credit(base));
      base.layers.forEach((one) => {
        const layer = tileLayer(base, one).addTo(this.drawn);
        layer.on("tileerror", () => this.fail(base));
      });
    }

    fail(base) {
      if (this.base !== base || this.hasFailed) return;
      this.hasFailed = true;
      this.tell();
    }

    tell() {
      const { base, words } = this;
      const isTooFar = base && this.map.getZoom() < base.zooms[0];
      const sentences = base ? [
        this.hasFailed && words.base_failed,
        isTooFar && words.base_closer,
        base.shifted && words.base_shifted,
      ] : [];
      const text = sentences.filter(Boolean).join(" ");
      if (this.note.textContent !== text) this.note.textContent = text;
    }
  }

  function chooseBase(projectMap) {
    if (projectMap.data.bases && projectMap.data.bases.length) new Bases(projectMap);
  }

  window.portfolioMapBases = { chooseBase };
})();
