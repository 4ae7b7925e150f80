"""Tables with places as files that map programs open: GeoJSON, GeoPackage, KML and Shapefile, all in WGS-84."""
