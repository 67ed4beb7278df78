"""A hundred thousand inputs that nobody means, at every door: rules, forms, contents, files, what phones send, pages and
their forms, uploads; as every person."""

from collections.abc import Iterator

from tests.bench.row import Row
from tests.house.fuzz import tracebacks

PURE, FORMS, FILES, SYNC, PAGES, UPLOADS = 81_000, 2_000, 6_000, 4_000, 6_000, 1_000


def measure() -> Iterator[Row]:
    from tests.house.access_table import opened_apart

    lines = tracebacks(
        opened_apart(),
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
