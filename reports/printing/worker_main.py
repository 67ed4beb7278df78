"""A worker process: `python -m reports.printing.worker_main` takes jobs on its standard input and sets or binds.

The first line says which fonts there are; every line after it is a job. A job's PDF goes to the file it names, its
answer (pages and headings, or faults, and how large the process grew) as one line to standard output. The cycle
collector runs between jobs only: it costs a third of the time on a long table. When the input ends the worker leaves
at once, without taking its box trees apart.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from reports.printing.binding import place_parts
from reports.printing.fonts import FontSet
from reports.printing.typesetting import Sheet
from reports.printing.volume import PrintFault, Volume


def serve() -> None:
    """Read the fonts, then do one job per line until the input ends."""
    import gc
    import resource

    gc.disable()
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints goes to the log, not into the answers
    bench = Bench(json.loads(sys.stdin.buffer.readline()))
    for line in sys.stdin.buffer:
        job = json.loads(line.decode("utf-8", "surrogatepass"))
        try:
            answer: dict[str, Any] = bench.do(job)
        except PrintFault as fault:
            answer = {"faults": [list(one) for one in fault.faults]}
        gc.collect()
        answer["mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        answers.write(json.dumps(answer, ensure_ascii=False).encode("utf-8") + b"\n")
    os._exit(0)


class Bench:
    """Does the jobs of a worker with one set of fonts and one typesetter."""

    def __init__(self, start: dict[str, Any]) -> None:
        self.fonts = FontSet.from_json(start["fonts"])
        self.faces = Path(start["faces"])
        self._typesetter: Any = None

    def do(self, job: dict[str, Any]) -> dict[str, Any]:
        """Do one job; the PDF goes to the file it names."""
        if job["do"] == "bind":
            return self._bind(job)
        sheet = self._sheet(job)
        Path(job["out"]).write_bytes(sheet.pdf)
        return {"pages": sheet.pages, "headings": sheet.headings}

    def _sheet(self, job: dict[str, Any]) -> Sheet:
        if job["document"] == "annex":
            from reports.printing.annex_tables import set_annex

            return set_annex(job["data"], self.fonts, job["place"])
        if self._typesetter is None:
            from reports.printing.typesetting import Typesetter

            self._typesetter = Typesetter(self.fonts, self.faces)
        return self._typesetter.set_document(job["document"], job["data"], place=job["place"], **job["options"])

    def _bind(self, job: dict[str, Any]) -> dict[str, Any]:
        from reports.printing.binding import Binder
        from reports.printing.pdf_text import embedded_fonts

        volume = Volume.from_json(job["volume"])
        sheets = [Sheet(Path(one["pdf"]).read_bytes(), one["pages"], one["headings"]) for one in job["sheets"]]
        contents = sheets.pop() if job["contents"] else None
        cover = sheets.pop() if job["contents"] else None
        binder = Binder(volume, self.fonts)
        pdf = binder.bind(place_parts(volume.parts, sheets), cover, contents)
        Path(job["out"]).write_bytes(pdf)
        return {"pages": len(binder.pdf.pages), "fonts": embedded_fonts(pdf)}


if __name__ == "__main__":
    serve()
