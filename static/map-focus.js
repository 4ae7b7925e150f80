/*
 * The small map of one project: its site, and two buttons, to its surroundings and back to the whole district. A base map
 * shows the surroundings first, a map without one the district.
 */
(function () {
  "use strict";

  const { addFitControl } = window.portfolioMapList;
  const { chooseBase } = window.portfolioMapBases;
  const CLOSE_ZOOMS = { site: 16, neighbourhood: 15, town: 13 };

  function goNear(projectMap, entry) {
    const { map, opened } = projectMap;
    const [site] = opened.getLayers();
    const zoom = site ? map.getBoundsZoom(site.getBounds().pad(0.5)) : CLOSE_ZOOMS[entry.accuracy];
    map.setView(entry.latlng, Math.min(zoom, map.getMaxZoom()), { animate: false });
  }

  function pointOut(projectMap) {
    const { map, words, config, byCode, data } = projectMap;
    const entry = byCode.get(config.focus);
    projectMap.drawSite(data);
    if (L.Browser.mobile) map.dragging.disable(); // a finger that scrolls the page shall not stop at the map
    if (entry) addFitControl(map, [[words.whole, () => projectMap.fitHome()], [words.near, () => goNear(projectMap, entry)]]);
    const settle = (base) => (base && entry ? goNear(projectMap, entry) : projectMap.fitHome());
    chooseBase({ ...projectMap, state: new URLSearchParams(window.location.search), settle });
  }

  window.portfolioMapFocus = { pointOut };
})();
