"""Centre lines: read from GeoJSON as it comes, refused with a sentence where they cannot be right."""

from __future__ import annotations

import json
from typing import Any

import pytest
from shapely.geometry import LineString

from geo.errors import GeoError
from geo.lines import MAX_VERTICES, line_text, read_line

PLAIN = {"type": "LineString", "coordinates": [[106.4, 29.5], [106.5, 29.6]]}
OTHER = {"type": "LineString", "coordinates": [[106.6, 29.5, 280.0], [106.7, 29.6, 300.0]]}


def feature(geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {}, "geometry": geometry}


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (PLAIN, 1),
        (feature(PLAIN), 1),
        ({"type": "FeatureCollection", "features": [feature(PLAIN), feature(OTHER)]}, 2),
        ({"type": "MultiLineString", "coordinates": [PLAIN["coordinates"], [[106.6, 29.5], [106.7, 29.6]]]}, 2),
        (PLAIN | {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}, 1),
    ],
)
def test_a_line_is_read_from_every_usual_form(content: dict[str, Any], parts: int) -> None:
    line = read_line(json.dumps(content))

    assert len(getattr(line, "geoms", [line])) == parts
    assert not line.has_z


def test_what_is_written_is_read_back_and_written_the_same() -> None:
    text = line_text(LineString([(106.4123456789, 29.5), (106.5, 29.6)]))

    assert json.loads(text)["coordinates"][0] == [106.412346, 29.5]
    assert line_text(read_line(text)) == text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", "不是 GeoJSON 线"),
        ("{", "不是 GeoJSON 线"),
        ('{"type":"Point","coordinates":[106,29]}', "不是 GeoJSON 线"),
        ('{"type":"LineString","coordinates":[[106.4]]}', "不是 GeoJSON 线"),
        ('{"type":"LineString","coordinates":"abc"}', "不是 GeoJSON 线"),
        ('{"type":"LineString","coordinates":[[NaN,29.5],[106.5,29.6]]}', "NaN"),
        ('{"type":"LineString","coordinates":[[29.5,106.4],[29.6,106.5]]}', "填反"),
        ('{"type":"LineString","coordinates":[[643000,3270000],[644000,3271000]]}', "其他坐标系"),
        (json.dumps(PLAIN | {"crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::4544"}}}), "其他坐标系"),
        ('{"type":"LineString","coordinates":[[10,10],[20,20]]}', "不在中国"),
        ('{"type":"LineString","coordinates":[[106.4,29.5],[106.5,29.6],[106.5,29.5],[106.4,29.6]]}', "相交"),
        ('{"type":"LineString","coordinates":[[106.4,29.5],[106.4,29.5]]}', "重合"),
        (json.dumps(PLAIN | {"coordinates": [[106 + n / 1e5, 29.5] for n in range(MAX_VERTICES + 1)]}), "顶点"),
        (" " * 1024**2 + "{}", "1 MB"),
    ],
)
def test_a_line_that_cannot_be_right_is_refused_with_a_sentence(content: str, words: str) -> None:
    with pytest.raises(GeoError, match=words):
        read_line(content)
