/*
 * What lies under the pins: outlines of districts, areas such as belts, lines to find one's way by, halos of vague places.
 *
 * drawAreas(map, data) returns the layers that can be shown and hidden by their kind.
 */
(function () {
  "use strict";

  function outlineShape(outline) {
    return L.geoJSON(outline, { pane: "outline", interactive: false, style: { className: "district-shape" } });
  }

  function zoneShapes(zones) {
    const style = ({ properties }) => ({
      className: "belt-shape", color: properties.colour, fillColor: properties.colour,
      weight: 1.5, opacity: 0.75, fillOpacity: 0.26,
    });
    return L.geoJSON(zones, { pane: "belts", interactive: false, style });
  }

  function guideLines(guides) {
    const style = ({ properties }) => ({ className: `guide-line guide-line--${properties.role}` });
    return L.geoJSON(guides, { pane: "belts", interactive: false, style });
  }

  function drawAreas(map, data) {
    data.areas.filter((area) => area.outline).forEach((area) => outlineShape(area.outline).addTo(map));
    const layers = data.guides.features.length ? { guides: guideLines(data.guides) } : {};
    data.layers.forEach((layer) => { layers[layer.kind] = zoneShapes(layer.zones).addTo(map); });
    return layers;
  }

  /* Places known only roughly get a circle of that radius; several projects of one place share it. */
  function drawHalos(group, projects, radii) {
    const seen = new Set();
    projects.filter((project) => radii[project.accuracy]).forEach((project) => {
      const radius = radii[project.accuracy];
      const key = [project.lat, project.lon, radius].join();
      if (seen.has(key)) return;
      seen.add(key);
      const style = { pane: "halos", interactive: false, radius, className: "halo-shape" };
      group.addLayer(L.circle([project.lat, project.lon], style));
    });
  }

  window.portfolioMapAreas = { drawAreas, drawHalos };
})();
