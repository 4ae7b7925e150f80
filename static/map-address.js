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

  /* The view that the address asks for, as [lat, lon, zoom], or null. */
  function viewOf(state) {
    const view = (state.get("view") || "").split(",").map(Number);
    return view.length === 3 && view.every(Number.isFinite) ? view : null;
  }

  /* A base map may allow a closer zoom than the map had at first. */
  function keepView({ map, state }) {
    const view = viewOf(state);
    if (view && view[2] !== map.getZoom()) map.setView(view.slice(0, 2), view[2], { animate: false });
    map.on("moveend", () => {
      const centre = map.getCenter();
      keep({ view: [centre.lat.toFixed(5), centre.lng.toFixed(5), map.getZoom()].join() });
    });
  }

  window.portfolioMapAddress = { keep, keepView, viewOf };
})();
