/*
 * Where names go: inside their belt, one character under the other, clear of the pins; towns where there is room.
 */
(function () {
  "use strict";

  const { element } = window.portfolioMapElements;
  const LABEL_STEP = 15;
  const COVERED = 10000;
  const UPRIGHT_DASH = "\uFE31";

  function overlaps(box, boxes) {
    return boxes.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
  }

  function boxAround(point, halfWidth, halfHeight) {
    return [point.x - halfWidth, point.y - halfHeight, point.x + halfWidth, point.y + halfHeight];
  }

  function projectRings(map, geometry) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates || [];
    return polygons.flat().map((ring) => ring.map(([lon, lat]) => map.latLngToLayerPoint([lat, lon])));
  }

  function crossings(rings, y) {
    const found = [];
    rings.forEach((ring) => ring.forEach((start, i) => {
      const end = ring[(i + 1) % ring.length];
      if ((start.y > y) !== (end.y > y)) found.push(start.x + ((y - start.y) * (end.x - start.x)) / (end.y - start.y));
    }));
    return found.sort((a, b) => a - b);
  }

  function widestSpan(rings, y, view) {
    const edges = crossings(rings, y);
    let best = null;
    for (let i = 0; i + 1 < edges.length; i += 2) {
      const left = Math.max(edges[i], view.min.x);
      const right = Math.min(edges[i + 1], view.max.x);
      if (right > left && (!best || right - left > best.width)) {
        best = { y, mid: (left + right) / 2, width: right - left };
      }
    }
    return best;
  }

  function scanRows(rings, view) {
    const ys = rings.flat().map((point) => point.y);
    const top = Math.max(Math.min(...ys), view.min.y) + LABEL_STEP;
    const bottom = Math.min(Math.max(...ys), view.max.y) - LABEL_STEP;
    const rows = [];
    for (let y = top; y <= bottom; y += LABEL_STEP) rows.push(widestSpan(rings, y, view));
    return rows;
  }

  function windowCost(rows, taken) {
    let cost = 0;
    for (let i = 0; i < rows.length; i += 1) {
      const row = rows[i];
      if (!row || row.width < LABEL_STEP - 3) return Infinity;
      if (overlaps(boxAround(L.point(row.mid, row.y), 8, 8), taken)) cost += COVERED;
      if (i) cost += (row.mid - rows[i - 1].mid) ** 2;
      if (i && Math.abs(row.mid - rows[i - 1].mid) > LABEL_STEP) return Infinity;
    }
    return cost;
  }

  function bestWindow(rows, length, taken) {
    let best = null;
    for (let start = 0; start + length <= rows.length; start += 1) {
      const cells = rows.slice(start, start + length);
      const cost = windowCost(cells, taken) + Math.abs(start + length / 2 - rows.length / 2);
      if (cost < Infinity && (!best || cost < best.cost)) best = { cost, cells };
    }
    return best && best.cost < COVERED ? best.cells : null;
  }

  function beltLabel(cells, text) {
    const first = L.point(cells[0].mid, cells[0].y);
    const node = element("div", "belt-label");
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", text);
    [...text].forEach((character, i) => {
      const cell = node.appendChild(element("span", "", character === "-" ? UPRIGHT_DASH : character));
      cell.style.left = `${Math.round(cells[i].mid - first.x)}px`;
      cell.style.top = `${Math.round(cells[i].y - first.y)}px`;
    });
    return { node, first };
  }

  /* The names on one map. */
  class Names {
    constructor(map) {
      this.map = map;
      this.group = L.layerGroup().addTo(map);
    }

    layOut({ entries, zones, places }) {
      this.group.clearLayers();
      this.taken = entries.map((entry) => boxAround(entry.pos, entry.gap / 2, entry.gap / 2));
      zones.forEach((zone) => this.nameBelt(zone));
      places.forEach((place) => this.namePlace(place));
    }

    nameBelt(belt) {
      const view = this.map.getPixelBounds();
      const origin = this.map.getPixelOrigin();
      const frame = L.bounds(view.min.subtract(origin), view.max.subtract(origin));
      const rings = belt.geometry ? projectRings(this.map, belt.geometry) : [];
      const rows = rings.length ? scanRows(rings, frame) : [];
      const { name, short } = belt.properties;
      for (const text of [name, short].filter(Boolean)) {
        const cells = bestWindow(rows, [...text].length, this.taken);
        if (cells) {
          const { node, first } = beltLabel(cells, text);
          node.style.setProperty("--belt", belt.properties.colour);
          this.addName(node, this.map.layerPointToLatLng(first));
          cells.forEach((cell) => this.taken.push(boxAround(L.point(cell.mid, cell.y), 9, 9)));
          return;
        }
      }
      this.nameBeltAcross(belt, rows);
    }

    nameBeltAcross(belt, rows) {
      const { name, short, colour } = belt.properties;
      const text = short || name;
      const halfWidth = [...text].length * 6.5 + 3;
      const boxOf = (row) => boxAround(L.point(row.mid, row.y), halfWidth, 9);
      const middle = rows.length / 2;
      const order = rows.map((row, i) => [Math.abs(i - middle), row]).sort((a, b) => a[0] - b[0]);
      const found = order.find(([, row]) => row && !overlaps(boxOf(row), this.taken));
      if (!found) return;
      this.taken.push(boxOf(found[1]));
      const node = element("span", "belt-label--flat", text);
      node.style.setProperty("--belt", colour);
      this.addName(node, this.map.layerPointToLatLng([found[1].mid, found[1].y]));
    }

    namePlace(place) {
      const point = this.map.latLngToLayerPoint([place.lat, place.lon]);
      const box = boxAround(point, [...place.name].length * 6 + 4, 9);
      if (overlaps(box, this.taken)) return;
      this.taken.push(box);
      this.addName(element("span", "place-label", place.name), L.latLng(place.lat, place.lon));
    }

    addName(node, latlng) {
      const icon = L.divIcon({ className: "name-holder", html: node, iconSize: [0, 0] });
      this.group.addLayer(L.marker(latlng, { icon, pane: "places", interactive: false, keyboard: false }));
    }
  }

  window.portfolioMapNames = { Names };
})();
