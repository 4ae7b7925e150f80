/*
 * What a person sets on a map: `portfolioMapTools(map)` is called by static/map.js once the sheet is there; the controls
 * themselves are in templates/maps/show.html.
 */
(function () {
  "use strict";

  const { keep, keepView } = window.portfolioMapAddress;
  const { showHeat, redrawHeat } = window.portfolioMapHeat;
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

  function showLegend(colour) {
    each("[data-legend]", (group) => { group.hidden = !["accuracy", "belts", colour].includes(group.dataset.legend); });
  }

  function recolour(projectMap) {
    each("[data-map-colour]", (select) => {
      if (![...select.options].some((option) => option.value === projectMap.colour)) projectMap.colour = "stage";
      select.value = projectMap.colour;
      select.addEventListener("change", () => {
        projectMap.colour = select.value;
        keep({ colour: select.value === "stage" ? null : select.value });
        showLegend(select.value);
        projectMap.refreshSoon();
      });
    });
    showLegend(projectMap.colour);
  }

  function showLayer(projectMap, kind, shown) {
    if (kind === "heat" && shown) {
      showHeat(projectMap);
      return;
    }
    const layer = projectMap.layers[kind];
    if (layer) projectMap.map[shown ? "addLayer" : "removeLayer"](layer);
  }

  function chooseLayers(projectMap) {
    const wanted = projectMap.state.has("layers") ? projectMap.state.get("layers").split(",") : null;
    each("[data-map-layer]", (box) => {
      const kind = box.dataset.mapLayer;
      box.closest("label").hidden = kind !== "heat" && !projectMap.layers[kind];
      if (wanted) box.checked = wanted.includes(kind);
      showLayer(projectMap, kind, box.checked);
      box.addEventListener("change", () => {
        showLayer(projectMap, kind, box.checked);
        projectMap.layOutNames();
        const boxes = [...document.querySelectorAll("[data-map-layer]:checked")];
        const chosen = boxes.filter((one) => !one.closest("label").hidden).map((one) => one.dataset.mapLayer);
        keep({ layers: chosen.join() || "none" });
      });
    });
    projectMap.map.on("moveend", () => redrawHeat(projectMap));
  }

  window.portfolioMapTools = function portfolioMapTools(projectMap) {
    window.portfolioMapBases.chooseBase(projectMap);
    keepView(projectMap);
    recolour(projectMap);
    window.portfolioMapTowns.addTowns(projectMap);
    chooseLayers(projectMap);
    window.portfolioMapYears.chooseYear(projectMap);
    window.portfolioMapSearch.searchAll(projectMap);
    window.portfolioMapMeasure.measure(projectMap);
    window.portfolioMapMini.miniMap(projectMap);
  };
})();
