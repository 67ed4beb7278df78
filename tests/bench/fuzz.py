"""A hundred thousand inputs that nobody means, at every door: rules, forms, contents, files, what phones send, pages and
their forms, uploads; as every person."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.row import Row
from tests.bench.run import demonstration
from tests.house.fuzz import tracebacks

PURE, FORMS, FILES, SYNC, PAGES, UPLOADS = 85_000, 2_000, 6_000, 3_000, 4_000, 400


def measure() -> Iterator[Row]:
    from tests.demonstration import open_instance

    loaded, _taken = demonstration()
    with tempfile.TemporaryDirectory(prefix="diaoyan-fuzz-") as folder:
        place = Path(folder) / "instance"
        shutil.copytree(loaded, place)
        lines = tracebacks(
            open_instance(place),
            1,
            pure_inputs=PURE,
            form_inputs=FORMS,
            file_inputs=FILES,
            sync_inputs=SYNC,
            page_inputs=PAGES,
            upload_inputs=UPLOADS,
        )
    for line in lines[:10]:
        print(line, flush=True)
    whole = PURE + FORMS + FILES + SYNC + PAGES + UPLOADS
    yield Row("run", "tracebacks", len(lines), "", 0, f"{whole:,} inputs that nobody means, at every door")
