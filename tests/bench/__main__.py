"""`make bench`: every measurement, one after the other, as a table and as bench.json in the instance folder."""

import json
import os
import sys
from pathlib import Path

from tests.bench import (
    exports,
    field_scores,
    figures,
    fuzz,
    lists,
    losses,
    pages,
    phone,
    printing,
    questionnaire,
    receiving,
    registers,
    run,
    taps,
)
from tests.bench.row import Row

AREAS = {
    "questionnaire": questionnaire.measure,
    "receiving": receiving.measure,
    "losses": losses.measure,
    "run": run.measure,
    "merge": figures.measure,
    "desk": pages.measure,
    "print": printing.measure,
    "phone": phone.measure,
    "lighthouse": field_scores.measure,
    "lists": lists.measure,
    "registers": registers.measure,
    "fuzz": fuzz.measure,
    "exports": exports.measure,
    "taps": taps.measure,
}


def main(wanted: list[str]) -> int:
    """Measure the areas asked for (all by default) on a demonstration of its own; 1 when a goal is missed."""
    rows: list[Row] = []
    for area, measure in AREAS.items():
        if wanted and area not in wanted:
            continue
        for row in measure():
            rows.append(row)
            print(row.line(), flush=True)
    place = Path(os.environ.get("DIAOYAN_INSTANCE", "instance")) / "bench.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps({"rows": [row.as_json() for row in rows]}, ensure_ascii=False, indent=2) + "\n")
    print(f"{place}: {len(rows)} rows, {sum(not row.ok for row in rows)} missed", flush=True)
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
