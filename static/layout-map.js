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

  function drawZones(map, zones) {
    const style = ({ properties }) => ({
      className: "belt-shape", color: properties.colour, fillColor: properties.colour, weight: 1.5, opacity: 0.75, fillOpacity: 0.26,
    });
    L.geoJSON(zones, { pane: "belts", interactive: false, style }).addTo(map);
    const names = new window.portfolioMapNames.Names(map);
    const layOut = () => names.layOut({ entries: [], zones: zones.features, places: [] });
    map.on("zoomend moveend", layOut);
    layOut();
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
