/*
 * Draws one version of a layout on a map shell (geo/maps.py calls `portfolioMap(map, config)`): the district, its zones
 * with their names, and the centre lines. On the editor's page static/layout-editor.js goes on from there.
 */
(function () {
  "use strict";

  async function read(url) {
    const response = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return response.json();
  }

  function nameOf(zone) {
    const node = document.createElement("span");
    node.className = "belt-label--flat";
    node.style.setProperty("--belt", zone.colour);
    node.textContent = zone.short || zone.name;
    return node;
  }

  function drawZones(map, zones) {
    const style = ({ properties }) => ({
      className: "belt-shape", color: properties.colour, fillColor: properties.colour, weight: 1, opacity: 0.6, fillOpacity: 0.2,
    });
    return L.geoJSON(zones, {
      pane: "belts",
      interactive: false,
      style,
      onEachFeature: ({ properties }, layer) => {
        const icon = L.divIcon({ className: "name-holder", html: nameOf(properties), iconSize: [0, 0] });
        const place = layer.getBounds().getCenter();
        L.marker(place, { icon, pane: "places", interactive: false, keyboard: false }).addTo(map);
      },
    }).addTo(map);
  }

  function drawLines(map, lines) {
    const style = ({ properties }) => ({ className: `guide-line guide-line--${properties.role}` });
    return L.geoJSON(lines, { pane: "belts", interactive: false, style }).addTo(map);
  }

  async function draw(map, config) {
    const data = await read(config.dataUrl);
    const container = map.getContainer();
    container.setAttribute("aria-label", data.words.map);
    if (data.outline) {
      const outline = L.geoJSON(data.outline, { pane: "outline", interactive: false, style: { className: "district-shape" } });
      map.fitBounds(outline.addTo(map).getBounds(), { animate: false, padding: [12, 12] });
    }
    if (window.portfolioLayoutEditor) window.portfolioLayoutEditor(map, data);
    else {
      drawZones(map, data.zones);
      drawLines(map, data.lines);
    }
    new ResizeObserver(() => map.invalidateSize()).observe(container);
    container.dataset.ready = "true";
  }

  window.portfolioMap = function portfolioMap(map, config) {
    map.fitBounds(config.bounds, { animate: false });
    draw(map, config);
  };
})();
