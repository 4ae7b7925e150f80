/*
 * Where names go: inside their belt, one character under the other, clear of the pins, or beside it with a line to it;
 * towns where there is room.
 */
(function () {
  "use strict";

  const { element } = window.portfolioMapElements;
  const LABEL_STEP = 15;
  const COVERED = 10000;
  const MOST_BESIDE = 8;
  const REACH = 190;
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

  /* Where a name of that half width stands beside the rows of its belt: the nearest free place, and the row it is of. */
  function placeBeside(rows, halfWidth, frame, taken) {
    let best = null;
    const isFree = (box) => frame.contains(L.bounds(box.slice(0, 2), box.slice(2))) && !overlaps(box, taken);
    rows.forEach((row) => [1, -1].forEach((side) => {
      const covered = overlaps(boxAround(L.point(row.mid, row.y), 4, 4), taken) ? 100 : 0;
      for (let away = row.width / 2 + halfWidth + 14; away < REACH; away += LABEL_STEP) {
        const point = L.point(row.mid + side * away, row.y);
        if (isFree(boxAround(point, halfWidth, 11))) {
          if (!best || away + covered < best.cost) best = { cost: away + covered, point, row, side };
          return;
        }
      }
    }));
    return best;
  }

  /* The names on one map. */
  class Names {
    constructor(map) {
      this.map = map;
      this.group = L.layerGroup().addTo(map);
    }

    layOut({ entries, zones, places }) {
      this.group.clearLayers();
      this.frame = this.frameInView();
      this.taken = [...this.controls(), ...entries.map((entry) => boxAround(entry.pos, entry.gap / 2, entry.gap / 2))];
      this.belts = zones.map((zone) => this.scan(zone)).filter((belt) => belt.rows.length);
      const isFew = this.belts.length <= MOST_BESIDE;
      const rest = this.belts.filter((belt) => !this.nameInside(belt, belt.name));
      const beside = (belt, text) => isFew && this.nameBeside(belt, text);
      rest.forEach((belt) => beside(belt, belt.name) || this.nameInside(belt, belt.short) || beside(belt, belt.short) || this.nameAcross(belt));
      places.forEach((place) => this.namePlace(place));
    }

    frameInView() {
      const view = this.map.getPixelBounds();
      const origin = this.map.getPixelOrigin();
      return L.bounds(view.min.subtract(origin), view.max.subtract(origin));
    }

    /* What lies over the map and would cover a name. */
    controls() {
      const stage = this.map.getContainer();
      const { left, top } = stage.getBoundingClientRect();
      return [...stage.querySelectorAll(".leaflet-control")].map((control) => {
        const box = control.getBoundingClientRect();
        const corners = [[box.left, box.top], [box.right, box.bottom]];
        return corners.flatMap(([x, y]) => {
          const point = this.map.containerPointToLayerPoint([x - left, y - top]);
          return [point.x, point.y];
        });
      });
    }

    scan({ geometry, properties }) {
      const rings = geometry ? projectRings(this.map, geometry) : [];
      const rows = rings.length ? scanRows(rings, this.frame) : [];
      return { ...properties, rows };
    }

    nameInside(belt, text) {
      const cells = text ? bestWindow(belt.rows, [...text].length, this.taken) : null;
      if (!cells) return false;
      const { node, first } = beltLabel(cells, text);
      node.style.setProperty("--belt", belt.colour);
      this.addName(node, this.map.layerPointToLatLng(first));
      cells.forEach((cell) => this.taken.push(boxAround(L.point(cell.mid, cell.y), 9, 9)));
      return true;
    }

    nameBeside(belt, text) {
      if (!text) return false;
      const halfWidth = [...text].length * 6.5 + 4;
      const spans = this.belts.flatMap(({ rows }) => rows.filter(Boolean).map((row) => boxAround(L.point(row.mid, row.y), row.width / 2, 8)));
      const found = placeBeside(belt.rows.filter(Boolean), halfWidth, this.frame, [...this.taken, ...spans]);
      if (!found) return false;
      const { point, row, side } = found;
      const ends = [L.point(point.x - side * halfWidth, point.y), L.point(row.mid, row.y)];
      const line = ends.map((end) => this.map.layerPointToLatLng(end));
      this.group.addLayer(L.polyline(line, { pane: "leaders", interactive: false, className: "belt-leader", color: belt.colour, weight: 1.5 }));
      this.nameFlat(belt, text, point, halfWidth);
      return true;
    }

    nameAcross(belt) {
      const text = belt.short || belt.name;
      const halfWidth = [...text].length * 6.5 + 3;
      const middle = belt.rows.length / 2;
      const order = belt.rows.map((row, i) => [Math.abs(i - middle), row]).sort((a, b) => a[0] - b[0]);
      const found = order.find(([, row]) => row && !overlaps(boxAround(L.point(row.mid, row.y), halfWidth, 9), this.taken));
      if (found) this.nameFlat(belt, text, L.point(found[1].mid, found[1].y), halfWidth);
    }

    nameFlat({ colour }, text, point, halfWidth) {
      this.taken.push(boxAround(point, halfWidth, 9));
      const node = element("span", "belt-label--flat", text);
      node.style.setProperty("--belt", colour);
      this.addName(node, this.map.layerPointToLatLng(point));
    }

    namePlace(place) {
      const point = this.map.latLngToLayerPoint([place.lat, place.lon]);
      const box = boxAround(point, [...place.name].length * 6 + 4, 9);
      const isInView = this.frame.contains(L.bounds(box.slice(0, 2), box.slice(2)));
      if (!isInView || overlaps(box, this.taken)) return;
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
