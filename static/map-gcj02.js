/*
 * GCJ-02, the datum of Amap's and Tencent's pictures: from and to WGS-84, and a map's system that lies by it.
 *
 * A map in `system()` puts every WGS-84 place where GCJ-02 has it. So whatever is drawn shifts alike, and every
 * coordinate that goes in or comes out is still WGS-84.
 */
(function () {
  "use strict";

  const AXIS = 6378245;
  const FLATNESS = 0.00669342162296594323;
  const CHINA = { west: 72.004, east: 137.8347, south: 0.8293, north: 55.8271 };
  const RAD = Math.PI / 180;
  const wave = (value, ...terms) => terms.reduce((sum, [size, period]) => sum + size * Math.sin((value * Math.PI) / period), 0);

  function offset(lon, lat) {
    const [x, y] = [lon - 105, lat - 35];
    const common = wave(x, [20, 1 / 6], [20, 1 / 2]);
    const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x))
      + ((common + wave(y, [20, 1], [40, 3]) + wave(y, [160, 12], [320, 30])) * 2) / 3;
    const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x))
      + ((common + wave(x, [20, 1], [40, 3]) + wave(x, [150, 12], [300, 30])) * 2) / 3;
    const magic = 1 - FLATNESS * Math.sin(lat * RAD) ** 2;
    return [
      east / ((AXIS / Math.sqrt(magic)) * Math.cos(lat * RAD) * RAD),
      north / (((AXIS * (1 - FLATNESS)) / (magic * Math.sqrt(magic))) * RAD),
    ];
  }

  function isInChina(lon, lat) {
    return lon >= CHINA.west && lon <= CHINA.east && lat >= CHINA.south && lat <= CHINA.north;
  }

  function toGcj02(lon, lat) {
    if (!isInChina(lon, lat)) return [lon, lat];
    const [east, north] = offset(lon, lat);
    return [lon + east, lat + north];
  }

  /* The offset hardly changes over the distance that it moves a place: three corrections reach a millimetre. */
  function fromGcj02(lon, lat) {
    let [wgsLon, wgsLat] = [lon, lat];
    for (let round = 0; round < 4; round += 1) {
      const [gcjLon, gcjLat] = toGcj02(wgsLon, wgsLat);
      wgsLon += lon - gcjLon;
      wgsLat += lat - gcjLat;
    }
    return [wgsLon, wgsLat];
  }

  function system() {
    const mercator = L.Projection.SphericalMercator;
    const projection = {
      bounds: mercator.bounds,
      project(place) {
        const [lon, lat] = toGcj02(place.lng, place.lat);
        return mercator.project(L.latLng(lat, lon));
      },
      unproject(point) {
        const place = mercator.unproject(point);
        const [lon, lat] = fromGcj02(place.lng, place.lat);
        return L.latLng(lat, lon);
      },
    };
    return L.extend({}, L.CRS.EPSG3857, { projection });
  }

  window.portfolioGcj02 = { toGcj02, fromGcj02, system };
})();
