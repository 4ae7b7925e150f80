/*
 * Measuring on a map: length of a line, area of what it encloses, along the earth.
 */
(function () {
  "use strict";

  const EARTH_M = 6371008.8;
  const SAME_PLACE_PX = 4;

  function areaM2(points) {
    const rad = Math.PI / 180;
    const doubled = points.reduce((sum, start, i) => {
      const end = points[(i + 1) % points.length];
      return sum + (end.lng - start.lng) * rad * (2 + Math.sin(start.lat * rad) + Math.sin(end.lat * rad));
    }, 0);
    return Math.abs((doubled * EARTH_M * EARTH_M) / 2);
  }

  function lengthM(map, points) {
    return points.slice(1).reduce((sum, point, i) => sum + map.distance(points[i], point), 0);
  }

  function measured(map, points, words) {
    const figure = (number, digits) => number.toLocaleString("zh-CN", { maximumFractionDigits: digits });
    const metres = lengthM(map, points);
    const length = metres < 1000 ? `${figure(metres, 0)} m` : `${figure(metres / 1000, 2)} km`;
    const area = points.length > 2 ? `，${words.area} ${figure(areaM2(points), 0)} ㎡` : "";
    return `${words.length} ${length}${area}`;
  }

  function measure(projectMap) {
    const button = document.querySelector("[data-map-measure]");
    const output = document.querySelector("[data-map-measured]");
    if (!button) return;
    const { map, words } = projectMap;
    const drawn = L.layerGroup().addTo(map);
    let points = [];
    let isDrawing = false;
    const draw = () => {
      drawn.clearLayers();
      const style = { pane: "leaders", interactive: false, className: "measure-line" };
      drawn.addLayer(points.length > 2 ? L.polygon(points, style) : L.polyline(points, style));
      points.forEach((point) => drawn.addLayer(L.circleMarker(point, { ...style, radius: 3 })));
      output.textContent = points.length > 1 ? measured(map, points, words) : words.measure_hint;
    };
    const rest = () => {
      isDrawing = false;
      button.setAttribute("aria-pressed", "false");
      map.getContainer().classList.remove("is-measuring");
      map.doubleClickZoom.enable();
    };
    const clear = () => {
      rest();
      points = [];
      drawn.clearLayers();
      output.textContent = "";
    };
    button.addEventListener("click", () => {
      const wasDrawing = isDrawing;
      clear();
      if (wasDrawing) return;
      isDrawing = true;
      button.setAttribute("aria-pressed", "true");
      map.getContainer().classList.add("is-measuring");
      map.doubleClickZoom.disable();
      map.closePopup();
      output.textContent = words.measure_hint;
    });
    const isAgain = (event) => points.length
      && map.latLngToContainerPoint(points[points.length - 1]).distanceTo(event.containerPoint) <= SAME_PLACE_PX;
    map.on("click", (event) => {
      if (!isDrawing || isAgain(event)) return;
      points.push(event.latlng);
      draw();
    });
    map.on("dblclick", () => { if (isDrawing) rest(); });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && (isDrawing || points.length)) clear(); });
  }

  window.portfolioMapMeasure = { measure };
})();
