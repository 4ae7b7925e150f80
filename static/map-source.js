/*
 * Where a map's data comes from: this site's addresses, or the data that a saved file carries within itself.
 *
 * portfolioSource(url) returns {sheet(), points(view), heat(view), facets(view), card(code), search(words)}, each a
 * promise of the JSON that portfolio/web/views/mapdata.py describes. view: {bbox: [w, s, e, n], zoom, colour, year, opening}.
 * A newer call of points or heat gives an older one up: its promise fails with an AbortError.
 */
(function () {
  "use strict";

  const EMBEDDED = "embedded";
  const MOST_PINS = 400;
  const CLUSTER_PIXELS = 90;

  class HttpError extends Error {
    constructor(status) {
      super(`HTTP ${status}`);
      this.status = status;
    }
  }

  async function fetchJson(url, signal) {
    const response = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" }, signal });
    if (!response.ok) throw new HttpError(response.status);
    return response.json();
  }

  function withQuery(url, values) {
    const query = new URLSearchParams();
    Object.entries(values).forEach(([name, value]) => { if (value !== null && value !== undefined) query.set(name, value); });
    const joint = /[?&]$/.test(url) ? "" : "&";
    return `${url}${url.includes("?") ? joint : "?"}${query}`;
  }

  class SiteSource {
    /* The points may be asked for before the sheet, which lies beside them, has said all the addresses. */
    constructor(url) {
      this.url = url;
      this.urls = { points: url.replace("/data.json", "/points.json") };
      this.running = {};
    }

    async sheet() {
      const sheet = await fetchJson(this.url);
      this.urls = sheet.urls;
      return sheet;
    }

    view(kind, view) {
      if (this.running[kind]) this.running[kind].abort();
      this.running[kind] = new AbortController();
      const bbox = view.bbox.map((edge) => edge.toFixed(5)).join();
      const query = { bbox, zoom: view.zoom.toFixed(2), colour: view.colour, year: view.year, opening: view.opening };
      return fetchJson(withQuery(this.urls[kind], query), this.running[kind].signal);
    }

    points(view) { return this.view("points", view); }
    heat(view) { return this.view("heat", view); }
    facets({ year, opening }) { return fetchJson(withQuery(this.urls.facets, { year, opening })); }
    card(code) { return fetchJson(this.urls.card.replace("{code}", encodeURIComponent(code))); }
    search(words) { return fetchJson(withQuery(this.urls.search, { q: words })); }
  }

  function classOf(pin, colour) {
    if (colour !== "stage") return pin[colour];
    return pin.status === "active" ? pin.stage || "unknown" : pin.status;
  }

  function squareOf(pin, zoom) {
    const scale = 256 * 2 ** zoom / CLUSTER_PIXELS;
    const x = (pin.lon + 180) / 360;
    const y = 0.5 - Math.asinh(Math.tan((pin.lat * Math.PI) / 180)) / (2 * Math.PI);
    return `${Math.floor(x * scale)},${Math.floor(y * scale)}`;
  }

  function clusterOf(pins, colour) {
    const lons = pins.map((pin) => pin.lon);
    const lats = pins.map((pin) => pin.lat);
    const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    const classes = {};
    pins.forEach((pin) => { classes[classOf(pin, colour)] = (classes[classOf(pin, colour)] || 0) + 1; });
    const bounds = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
    return { lon: mean(lons), lat: mean(lats), count: pins.length, classes, bounds };
  }

  class EmbeddedSource {
    constructor() {
      this.data = JSON.parse(document.getElementById("portfolio-map-data").textContent);
    }

    async sheet() { return this.data.sheet; }

    within(view) {
      const [west, south, east, north] = view.bbox;
      return this.data.pins.filter((pin) => pin.lon >= west && pin.lon <= east && pin.lat >= south && pin.lat <= north
        && (!view.year || (pin.year && pin.year <= view.year)));
    }

    async points(view) {
      const pins = this.within(view);
      if (pins.length <= MOST_PINS) return { count: pins.length, pins, clusters: [] };
      const squares = new Map();
      pins.forEach((pin) => {
        const key = squareOf(pin, Math.round(view.zoom));
        squares.set(key, [...(squares.get(key) || []), pin]);
      });
      const groups = [...squares.values()];
      const clusters = groups.filter((group) => group.length > 1).map((group) => clusterOf(group, view.colour));
      return { count: pins.length, pins: groups.filter((group) => group.length === 1).flat(), clusters };
    }

    async heat(view) { return { cells: this.within(view).map((pin) => [pin.lat, pin.lon, 1]) }; }
    async facets() { return null; }
    async card(code) { return this.data.cards[code] || null; }

    async search(words) {
      const wanted = words.trim().toLowerCase();
      return { results: this.data.pins.filter((pin) => pin.name.toLowerCase().includes(wanted)).slice(0, 10) };
    }
  }

  window.portfolioSource = (url) => (url === EMBEDDED ? new EmbeddedSource() : new SiteSource(url));
  window.portfolioClassOf = classOf;
})();
