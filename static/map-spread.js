/*
 * Where pins go: on their place, or beside it where several would cover each other.
 *
 * placePins(map, entries, gap) gives each entry {latlng, gap, order, fixed} its `pos` and `anchor`, in layer pixels.
 */
(function () {
  "use strict";

  const RELAX_ABOVE = 400;

  function ringPlaces(centre, count, gap) {
    if (count === 1) return [centre];
    const places = [];
    let radius = count <= 8 ? Math.max(gap * 0.7, (count * gap) / (2 * Math.PI)) : gap;
    while (places.length < count) {
      const fit = Math.min(count - places.length, Math.max(2, Math.floor((2 * Math.PI * radius) / gap + 1e-9)));
      for (let i = 0; i < fit; i += 1) {
        const angle = (2 * Math.PI * i) / fit - Math.PI / 2;
        places.push(centre.add([radius * Math.cos(angle), radius * Math.sin(angle)]));
      }
      radius += gap;
    }
    return places;
  }

  function groupByPlace(entries) {
    const groups = new Map();
    entries.forEach((entry) => {
      const key = `${entry.latlng.lat.toFixed(5)},${entry.latlng.lng.toFixed(5)}`;
      groups.set(key, [...(groups.get(key) || []), entry]);
    });
    return [...groups.values()];
  }

  function pushApart(a, b, gap) {
    const apart = b.pos.subtract(a.pos);
    const distance = Math.hypot(apart.x, apart.y);
    const wanted = Math.max(gap, (a.gap + b.gap) / 2);
    if (distance >= wanted - 0.5) return false;
    const unit = distance > 0.01 ? apart.divideBy(distance) : L.point(1, 0);
    const share = a.fixed || b.fixed ? 1 : 0.5;
    const shift = unit.multiplyBy((wanted - distance) * share);
    if (!a.fixed) a.pos = a.pos.subtract(shift);
    if (!b.fixed) b.pos = b.pos.add(shift);
    return true;
  }

  function neighbours(entries, gap) {
    const cells = new Map();
    const cellOf = (point) => [Math.floor(point.x / gap), Math.floor(point.y / gap)];
    entries.forEach((entry) => {
      const key = cellOf(entry.pos).join();
      cells.set(key, [...(cells.get(key) || []), entry]);
    });
    return function near(entry) {
      const [x, y] = cellOf(entry.pos);
      const found = [];
      for (let i = x - 1; i <= x + 1; i += 1) {
        for (let j = y - 1; j <= y + 1; j += 1) found.push(...(cells.get(`${i},${j}`) || []));
      }
      return found;
    };
  }

  function separate(entries, gap) {
    const widest = Math.max(gap, ...entries.map((entry) => entry.gap));
    for (let round = 0; round < 120; round += 1) {
      const near = neighbours(entries, widest);
      let moved = false;
      entries.forEach((a) => near(a).forEach((b) => {
        if (a.order < b.order) moved = pushApart(a, b, gap) || moved;
      }));
      if (!moved) return;
    }
  }

  function placePins(map, entries, gap) {
    groupByPlace(entries).forEach((group) => {
      const centre = map.latLngToLayerPoint(group[0].latlng);
      const pinned = group.filter((entry) => entry.fixed);
      const free = group.filter((entry) => !entry.fixed);
      pinned.forEach((entry) => { entry.pos = centre; });
      const places = pinned.length ? ringPlaces(centre, Math.max(2, free.length), gap * 1.3)
        : ringPlaces(centre, free.length, gap);
      free.forEach((entry, i) => { entry.pos = places[i]; });
      group.forEach((entry) => { entry.anchor = centre; });
    });
    if (entries.length <= RELAX_ABOVE) separate(entries, gap);
  }

  window.portfolioMapSpread = { placePins };
})();
