/*
 * What is set on a map stays in the page's address, so that a link shows the same map.
 */
(function () {
  "use strict";

  function keep(changes) {
    const url = new URL(window.location.href);
    Object.entries(changes).forEach(([name, value]) => {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    });
    window.history.replaceState(null, "", url);
  }

  function keepView(projectMap) {
    const { map } = projectMap;
    const [lat, lon, zoom] = (projectMap.state.get("view") || "").split(",").map(Number);
    if ([lat, lon, zoom].every(Number.isFinite)) map.setView([lat, lon], zoom, { animate: false });
    map.on("moveend", () => {
      const centre = map.getCenter();
      keep({ view: [centre.lat.toFixed(5), centre.lng.toFixed(5), map.getZoom()].join() });
    });
  }

  window.portfolioMapAddress = { keep, keepView };
})();
