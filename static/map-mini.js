/*
 * Where in the district: a small outline with a frame around what is in view.
 */
(function () {
  "use strict";

  const MINI_PX = 110;

  function miniMap(projectMap) {
    const { map, home } = projectMap;
    const shapes = projectMap.data.areas.filter((area) => area.outline).map((area) => area.outline);
    if (!shapes.length) return;
    const make = (tag, values) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
      Object.entries(values).forEach(([name, value]) => node.setAttribute(name, value));
      return node;
    };
    const west = home.getWest();
    const north = home.getNorth();
    const squeeze = Math.cos((home.getCenter().lat * Math.PI) / 180);
    const scale = MINI_PX / Math.max((home.getEast() - west) * squeeze, north - home.getSouth());
    const place = (lon, lat) => [(lon - west) * squeeze * scale, (north - lat) * scale];
    const [width, height] = place(home.getEast(), home.getSouth());
    const svg = make("svg", { viewBox: `-2 -2 ${width + 4} ${height + 4}`, width: width + 4, height: height + 4, "aria-hidden": "true" });
    const rings = shapes.flatMap((shape) => (shape.type === "Polygon" ? shape.coordinates : shape.coordinates.flat()));
    const line = (ring) => `M${ring.map(([lon, lat]) => place(lon, lat).map((number) => number.toFixed(1)).join(" ")).join("L")}Z`;
    const frame = make("rect", { class: "mini-frame" });
    svg.append(make("path", { class: "mini-shape", d: rings.map(line).join("") }), frame);
    const follow = () => {
      const view = map.getBounds();
      const [left, top] = place(Math.max(view.getWest(), west), Math.min(view.getNorth(), north));
      const [right, bottom] = place(Math.min(view.getEast(), home.getEast()), Math.max(view.getSouth(), home.getSouth()));
      const edges = { x: left, y: top, width: Math.max(3, right - left), height: Math.max(3, bottom - top) };
      Object.entries(edges).forEach(([name, value]) => frame.setAttribute(name, value));
      svg.parentNode.hidden = view.contains(home);
    };
    const control = L.control({ position: "bottomright" });
    control.onAdd = () => {
      const holder = document.createElement("div");
      holder.className = "map-mini";
      holder.append(svg);
      return holder;
    };
    control.addTo(map);
    map.on("moveend", follow);
    follow();
  }

  window.portfolioMapMini = { miniMap };
})();
