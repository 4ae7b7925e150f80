/*
 * Towns by what lies in them: outlines in five shades, or circles at the towns' points where there are no outlines. The
 * figure stands on every town, so that no shade speaks alone. Which figure is chosen stays in the address (measure=).
 *
 * sheet.towns: {shape: "area" | "point", features: [{properties: {name, measures: {count: {class, text, size}}}, geometry}]}
 */
(function () {
  "use strict";

  const { element } = window.portfolioMapElements;
  const { keep } = window.portfolioMapAddress;
  const LARGEST_PX = 30;
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

  function shapeOf(feature, figure, shape) {
    if (shape === "area") {
      return L.geoJSON(feature, { pane: "belts", interactive: false, style: { className: `town-shape town-shape--${figure.class}` } });
    }
    const [lon, lat] = feature.geometry.coordinates;
    const radius = LARGEST_PX * Math.sqrt(figure.size);
    return L.circleMarker([lat, lon], { pane: "belts", interactive: false, radius, className: "town-circle" });
  }

  function labelOf(feature, figure, place) {
    const node = element("span", feature.geometry.type === "Point" ? "town-label town-label--below" : "town-label");
    node.append(element("span", "", feature.properties.name), element("strong", "", figure.text));
    const icon = L.divIcon({ className: "name-holder", html: node, iconSize: [0, 0] });
    return L.marker(place, { icon, pane: "places", interactive: false, keyboard: false });
  }

  function placeOf(feature, shape) {
    if (shape.getLatLng) return shape.getLatLng();
    return shape.getBounds().getCenter();
  }

  function addTowns(projectMap) {
    const { towns } = projectMap.data;
    if (!towns) return;
    const group = L.layerGroup();
    const select = document.querySelector("[data-town-measure]");
    const draw = (measure) => {
      group.clearLayers();
      towns.features.forEach((feature) => {
        const figure = feature.properties.measures[measure];
        if (towns.shape === "point" && !figure.class) return;
        const shape = shapeOf(feature, figure, towns.shape);
        group.addLayer(shape);
        group.addLayer(labelOf(feature, figure, placeOf(feature, shape)));
      });
    };
    const legend = (measure) => each("[data-town-legend]", (node) => { node.hidden = node.dataset.townLegend !== measure; });
    if (select) {
      const wanted = projectMap.state.get("measure");
      if ([...select.options].some((option) => option.value === wanted)) select.value = wanted;
      select.addEventListener("change", () => {
        draw(select.value);
        legend(select.value);
        keep({ measure: select.value === "count" ? null : select.value });
      });
      const control = select.closest("[data-town-control]");
      group.on("add", () => { control.hidden = false; legend(select.value); });
      group.on("remove", () => { control.hidden = true; legend(null); });
    }
    draw(select ? select.value : "count");
    projectMap.layers.towns = group;
  }

  window.portfolioMapTowns = { addTowns };
})();
