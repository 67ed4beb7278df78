"""Visits as GeoJSON (RFC 7946): a feature a position that may go out, its other columns as properties. Touches nothing but its input.

Where a row has no position, or none may be read, its feature has no place (`"geometry": null`), as the format provides.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from reports.exports.columns import Table
from reports.exports.rows import Row


def write_geojson(out: Path, table: Table, rows: Iterable[Row]) -> int:
    """Write the features as the rows come; gives how many there were."""
    count = 0
    with out.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        for row in rows:
            for feature in _features(table, row):
                file.write((",\n" if count else "\n") + json.dumps(feature, ensure_ascii=False))
                count += 1
        file.write("\n]}\n")
    return count


def _features(table: Table, row: Row) -> Iterator[dict[str, Any]]:
    properties = {
        column.name: cell for column, cell in zip(table.columns, row, strict=True) if column.kind != "position" and cell
    }
    placed = [
        (column.name, geometry)
        for column, cell in zip(table.columns, row, strict=True)
        if column.kind == "position" and (geometry := geometry_of(column.type, cell)) is not None
    ]
    for question, geometry in placed:
        yield {"type": "Feature", "geometry": geometry, "properties": {**properties, "question": question}}
    if not placed:
        yield {"type": "Feature", "geometry": None, "properties": properties}


def geometry_of(kind: str, text: str) -> dict[str, Any] | None:
    """`latitude longitude`, several parted by `;`, as GeoJSON writes it; None for what is no place.

    A line or an area of which two decimals leave one point is that point, an area of which they leave two is a line.
    """
    try:
        points = [_point(part) for part in text.split(";") if part.strip()]
    except ValueError:
        return None
    if len(points) == 1:
        return {"type": "Point", "coordinates": points[0]}
    if kind == "geopoint" or not points:
        return None
    if kind == "geotrace":
        return {"type": "LineString", "coordinates": points}
    ring = points if points[0] == points[-1] else [*points, points[0]]
    is_area = len(ring) > 3
    return {"type": "Polygon", "coordinates": [ring]} if is_area else {"type": "LineString", "coordinates": points}


def _point(text: str) -> list[float]:
    """Raises ValueError."""
    latitude, longitude = (float(number) for number in text.split())
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ValueError("no place on Earth")
    return [longitude, latitude]
