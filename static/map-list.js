/*
 * The list beside a map: elements with data-project-code, data-lon and data-lat.
 */
(function () {
  "use strict";

  const { element } = window.portfolioMapElements;
  const rows = () => [...document.querySelectorAll("[data-project-code]")];

  /* Returns the project that a click in the list means; links of a row lead where they say. */
  function clickedProject(event) {
    const row = event.target.closest("[data-project-code]");
    if (!row || event.target.closest("a[href]")) return null;
    return { code: row.dataset.projectCode, lon: Number(row.dataset.lon), lat: Number(row.dataset.lat) };
  }

  function pointAt(code) {
    rows().forEach((row) => row.classList.toggle("is-pointed", row.dataset.projectCode === code));
  }

  function markCurrent(code) {
    rows().forEach((row) => {
      const isCurrent = row.dataset.projectCode === code;
      row.classList.toggle("is-current", isCurrent);
      if (isCurrent) row.scrollIntoView({ block: "nearest" });
    });
  }

  /* Where most of the listed projects lie, if that is much smaller than the whole; else null. */
  function denseBounds(home) {
    const spots = rows().filter((row) => row.dataset.lon).map((row) => L.latLng(Number(row.dataset.lat), Number(row.dataset.lon)));
    if (spots.length < 6) return null;
    const middle = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
    const centre = L.latLng(middle(spots.map((spot) => spot.lat)), middle(spots.map((spot) => spot.lng)));
    const reach = 2 * middle(spots.map((spot) => centre.distanceTo(spot)));
    const bounds = L.latLngBounds(spots.filter((spot) => centre.distanceTo(spot) <= reach));
    const diagonal = (box) => box.getSouthWest().distanceTo(box.getNorthEast());
    return diagonal(bounds) > 0 && diagonal(bounds) < 0.4 * diagonal(home) ? bounds.pad(0.15) : null;
  }

  /* Buttons that say where they lead. */
  function addFitControl(map, ways) {
    const bar = element("div", "map-fit");
    L.DomEvent.disableClickPropagation(bar);
    ways.forEach(([text, go]) => {
      const button = bar.appendChild(element("button", "", text));
      button.type = "button";
      button.addEventListener("click", go);
    });
    const control = L.control({ position: "topright" });
    control.onAdd = () => bar;
    control.addTo(map);
  }

  /* To the whole, and to where most projects lie. */
  function offerDense(map, home, words) {
    const dense = denseBounds(home);
    const ways = [[words.whole, home], [words.dense, dense]];
    if (dense) addFitControl(map, ways.map(([text, bounds]) => [text, () => map.fitBounds(bounds, { padding: [16, 16] })]));
  }

  function nameControls(container, words) {
    ["in", "out"].forEach((way) => {
      const title = words[`zoom_${way}`];
      const node = container.querySelector(`.leaflet-control-zoom-${way}`);
      if (!node) return;
      node.title = title;
      node.setAttribute("aria-label", title);
    });
  }

  window.portfolioMapList = { clickedProject, pointAt, markCurrent, addFitControl, offerDense, nameControls };
})();
