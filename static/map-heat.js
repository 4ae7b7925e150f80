/*
 * The heat layer of a map: how many projects stand where in what is in view.
 */
(function () {
  "use strict";

  async function drawHeat(projectMap) {
    if (!projectMap.layers.heat) projectMap.layers.heat = L.heatLayer([], { radius: 22, blur: 18, minOpacity: 0.25 });
    const { cells } = await projectMap.source.heat(projectMap.view());
    if (!document.querySelector('[data-map-layer="heat"]').checked) return;
    const most = Math.max(1, ...cells.map((cell) => cell[2]));
    projectMap.layers.heat.setLatLngs(cells.map(([lat, lon, weight]) => [lat, lon, weight / most]));
    projectMap.layers.heat.addTo(projectMap.map);
  }

  function showHeat(projectMap) {
    drawHeat(projectMap).catch((error) => projectMap.explain(error));
  }

  /* After a move or another year; nothing while the layer is not shown. */
  function redrawHeat(projectMap) {
    const { heat } = projectMap.layers;
    if (heat && projectMap.map.hasLayer(heat)) showHeat(projectMap);
  }

  window.portfolioMapHeat = { showHeat, redrawHeat };
})();
