"""Typesets a volume in short-lived processes: on several cores, within a time limit and within bounded memory.

A worker is a fresh interpreter (`python -m reports.printing.worker_main`) in its own process group: it never inherits a
used Pango or an open lock, it takes one job per line on its standard input, and it leaves by `os._exit`, because taking
a large box tree apart takes seconds. A worker that grew too large is replaced; one that takes too long is ended with
its group. The process that asks for a volume holds neither WeasyPrint nor a box tree.
"""

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.printing.binding import BoundPart, contents_entries, place_parts
from reports.printing.cache import SheetCache, sheet_key
from reports.printing.fonts import ROOT, FontSet
from reports.printing.titles import one_line
from reports.printing.typesetting import Sheet
from reports.printing.volume import Fault, Part, PrintedVolume, PrintFault, Volume, check_volume

Progress = Callable[[str, int, int], None]
STALE_SECONDS = 6 * 3600
LARGE_MIB = 330  # a worker beyond this is replaced before its next job


@dataclass(frozen=True)
class Job:
    """One document to be set."""

    document: str
    data: dict[str, Any]
    options: dict[str, Any]
    place: str


def print_volume(
    volume: Volume,
    *,
    cache_dir: Path,
    fonts: FontSet,
    processes: int = 2,
    progress: Progress | None = None,
    limit_seconds: float = 300,
) -> PrintedVolume:
    """Set, number and bind a volume; the same volume gives the same bytes.

    `limit_seconds` is the time one part may take. Progress is told as (stage, done, total); the stages are parts,
    contents, binding.
    """
    return print_volumes(
        [volume], cache_dir=cache_dir, fonts=fonts, processes=processes, progress=progress, limit_seconds=limit_seconds
    )[0]


def print_volumes(
    volumes: Sequence[Volume],
    *,
    cache_dir: Path,
    fonts: FontSet,
    processes: int = 2,
    progress: Progress | None = None,
    limit_seconds: float = 300,
) -> list[PrintedVolume]:
    """The same for several volumes in one go: their parts are set by the same processes, then each is bound."""
    faults = [fault for volume in volumes for fault in check_volume(volume)]
    if faults:
        raise PrintFault(faults)
    tell = progress or (lambda stage, done, total: None)
    press = Press(SheetCache(cache_dir), cache_dir, fonts, processes, limit_seconds)
    try:
        jobs = [_part_job(volume, part, place) for volume in volumes for place, part in enumerate(volume.parts)]
        sheets = iter(press.set_all(jobs, lambda done: tell("parts", done, len(jobs))))
        printed = []
        for volume in volumes:
            bound_parts = place_parts(volume.parts, [next(sheets) for _ in volume.parts])
            cover = contents = None
            if volume.profile == "C":
                tell("contents", 0, 1)
                pages = [_cover_job(volume), _contents_job(volume, bound_parts)]
                cover, contents = press.set_all(pages, lambda done: None)
                tell("contents", 1, 1)
            tell("binding", len(printed), len(volumes))
            printed.append(press.bind(volume, bound_parts, cover, contents))
            tell("binding", len(printed), len(volumes))
        return printed
    finally:
        press.close()


def _part_job(volume: Volume, part: Part, place: int) -> Job:
    options: dict[str, Any] = {"language": volume.language}
    if place == 0 and volume.profile != "C" and volume.draft_marks and part.kind == "report":
        options["draft_marks"] = list(volume.draft_marks)
    return Job(part.kind, {"title": part.title, **part.data}, options, one_line(part.title))


def _cover_job(volume: Volume) -> Job:
    data = {"title": volume.title, "subtitle": volume.subtitle, "issuer": volume.issuer, "date": volume.date}
    options = {"language": volume.language, "draft_marks": list(volume.draft_marks)}
    return Job("cover", data, options, one_line(volume.title))


def _contents_job(volume: Volume, bound_parts: Sequence[BoundPart]) -> Job:
    title = "目　录" if volume.language.startswith("zh") else "Contents"
    return Job(
        "contents", {"title": title, "entries": contents_entries(bound_parts)}, {"language": volume.language}, title
    )


class Press:
    """The workers of one print job, and the cache they fill."""

    def __init__(self, cache: SheetCache, folder: Path, fonts: FontSet, processes: int, limit_seconds: float) -> None:
        self.cache = cache
        self.fonts = fonts
        self.processes = max(1, processes)
        self.limit_seconds = limit_seconds
        self.scratch = _scratch(folder / "scratch")
        self.start = {"fonts": fonts.as_json(), "faces": str(folder / "faces")}
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._closed = False
        self._lock = threading.Lock()

    def set_all(self, jobs: Sequence[Job], done: Callable[[int], None]) -> list[Sheet]:
        """Set what is not in the cache, the largest first; every part's faults are gathered before any is raised."""
        keys = [sheet_key(job.document, job.data, job.options, self.fonts) for job in jobs]
        sheets: list[Sheet | None] = [self.cache.get(key) for key in keys]
        queue = sorted(
            (place for place, sheet in enumerate(sheets) if sheet is None),
            key=lambda place: len(json.dumps(jobs[place].data, ensure_ascii=False)),
        )
        faults: list[tuple[int, Fault]] = []
        errors: list[Exception] = []  # what `done` or the machine raised, not the document
        done_count = len(jobs) - len(queue)
        done(done_count)

        def work() -> None:
            nonlocal done_count
            while True:
                with self._lock:
                    if not queue or self._closed:
                        return
                    place = queue.pop()
                try:
                    sheet = self._set(jobs[place])
                    self.cache.put(keys[place], sheet)
                    sheets[place] = sheet
                except PrintFault as fault:
                    with self._lock:
                        faults.extend((place, one) for one in fault.faults)
                with self._lock:
                    done_count += 1
                    done(done_count)

        def work_until_stopped() -> None:
            try:
                work()
            except Exception as problem:
                with self._lock:
                    errors.append(problem)
                    queue.clear()

        threads = [threading.Thread(target=work_until_stopped) for _ in range(min(self.processes, len(queue)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]
        if faults:
            raise PrintFault([fault for _, fault in sorted(faults, key=lambda found: found[0])])
        self.cache.prune()
        return [sheet for sheet in sheets if sheet is not None]

    def bind(
        self, volume: Volume, bound_parts: Sequence[BoundPart], cover: Sheet | None, contents: Sheet | None
    ) -> PrintedVolume:
        """Join the sheets, in a worker too."""
        sheets = [
            *(bound_part.sheet for bound_part in bound_parts),
            *(sheet for sheet in (cover, contents) if sheet is not None),
        ]
        files = [self._write(sheet.pdf) for sheet in sheets]
        answer, pdf = self._run(
            {
                "do": "bind",
                "volume": volume.as_json(),
                "sheets": [
                    {"pdf": str(file), "pages": sheet.pages, "headings": sheet.headings}
                    for file, sheet in zip(files, sheets, strict=True)
                ],
                "contents": contents is not None,
            },
            volume.title,
        )
        return PrintedVolume(
            pdf=pdf,
            pages=answer["pages"],
            parts=[
                {"key": bound_part.part.key, "first": bound_part.first, "pages": bound_part.sheet.pages}
                for bound_part in bound_parts
            ],
            fonts=answer["fonts"],
        )

    def close(self) -> None:
        """End the workers, those still at work too: whoever asked has gone."""
        with self._lock:
            self._closed = True
            busy, idle = list(self._busy), list(self._idle)
        for worker in busy:
            worker.strike()  # its thread notices, and clears up
        for worker in idle:
            worker.end()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _set(self, job: Job) -> Sheet:
        answer, pdf = self._run(
            {"do": "set", "document": job.document, "data": job.data, "options": job.options, "place": job.place},
            job.place,
        )
        return Sheet(pdf, answer["pages"], answer["headings"])

    def _run(self, job: dict[str, Any], place: str) -> tuple[dict[str, Any], bytes]:
        """Have one worker do one job."""
        file = self._write(b"")
        worker = self._take()
        try:
            answer = worker.do({**job, "out": str(file)}, self.limit_seconds)
        except TimeoutError:
            raise PrintFault([_too_slow(place, self.limit_seconds)]) from None
        except WorkerDied as error:
            raise PrintFault([_process_fault(place, str(error))]) from None
        else:
            self._put_back(worker, fit=answer["mib"] <= LARGE_MIB)
        finally:
            with self._lock:
                is_unfinished = worker in self._busy
                self._busy.discard(worker)
            if is_unfinished:
                worker.kill()
        if "faults" in answer:
            raise PrintFault([Fault(*fault) for fault in answer["faults"]])
        pdf = file.read_bytes()
        file.unlink()
        return answer, pdf

    def _take(self) -> "Worker":
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        worker = worker or Worker(self.start, self.scratch)
        with self._lock:
            self._busy.add(worker)
        return worker

    def _put_back(self, worker: "Worker", *, fit: bool) -> None:
        """A worker that grew too large is not used again."""
        with self._lock:
            self._busy.discard(worker)
            if fit and not self._closed:
                self._idle.append(worker)
                return
        worker.end()

    def _write(self, data: bytes) -> Path:
        handle, name = tempfile.mkstemp(dir=self.scratch, suffix=".pdf")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        return Path(name)


def _scratch(folder: Path) -> Path:
    """A folder for one print job; what a killed job left there long ago is cleared first."""
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.iterdir():
        with contextlib.suppress(OSError):  # another job may be clearing it too
            if time.time() - leftover.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(leftover, ignore_errors=True)
    return Path(tempfile.mkdtemp(dir=folder))


class WorkerDied(Exception):
    """A worker ended before it had answered."""


class Worker:
    """A process that sets parts, seen from outside."""

    def __init__(self, start: dict[str, Any], scratch: Path) -> None:
        handle, name = tempfile.mkstemp(dir=scratch, suffix=".log")
        self.log = Path(name)
        with os.fdopen(handle, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "reports.printing.worker_main"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                env=_environment(scratch),
                start_new_session=True,
            )
        self._send(start)

    def do(self, job: dict[str, Any], limit_seconds: float) -> dict[str, Any]:
        """Hand over a job and wait for its answer."""
        self._send(job)
        stdout = self.process.stdout
        assert stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            if not selector.select(limit_seconds):
                raise TimeoutError
        line = stdout.readline()
        if not line.endswith(b"\n"):
            self.process.wait(10)
            raise WorkerDied(f"{self.process.returncode}: {self._last_words()}")
        return json.loads(line)

    def end(self) -> None:
        """Let the worker leave; it does when its input ends."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()  # type: ignore[union-attr]
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.kill()
        self._close()

    def kill(self) -> None:
        """End the worker and whatever it started: its whole process group."""
        self.strike()
        self.process.wait(10)
        self._close()

    def strike(self) -> None:
        """Send the end to the process group, and wait for nothing."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):  # what was left in it has no reader any more
                pipe.close()  # type: ignore[union-attr]

    def _send(self, message: dict[str, Any]) -> None:
        stdin = self.process.stdin
        assert stdin is not None
        try:
            stdin.write(json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
            stdin.flush()
        except BrokenPipeError:
            self.process.wait(10)
            raise WorkerDied(f"{self.process.returncode}: {self._last_words()}") from None

    def _last_words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace").strip()[-600:]


def _environment(scratch: Path) -> dict[str, str]:
    """A worker's environment: no font of the machine's own configuration, the same hash seed every time."""
    configuration = scratch / "fonts.conf"
    if not configuration.exists():
        configuration.write_text(
            '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
            f"<fontconfig><cachedir>{scratch / 'fontconfig'}</cachedir></fontconfig>\n",
            encoding="utf-8",
        )
    return {
        **os.environ,
        "FONTCONFIG_FILE": str(configuration),
        "TMPDIR": str(
            scratch
        ),  # WeasyPrint copies its fonts there, and a worker that leaves by os._exit clears nothing
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
        "PYTHONUNBUFFERED": "1",
    }


def _too_slow(place: str, seconds: float) -> Fault:
    return Fault(
        "part_too_slow",
        place,
        f"排版超过{seconds:g}秒，已停止。请把这一部分拆小，或检查有无过长的表格。",
        f"Setting took more than {seconds:g} seconds and was stopped. Split this part, or look for an overlong table.",
    )


def _process_fault(place: str, words: str) -> Fault:
    return Fault(
        "part_failed",
        place,
        f"排版进程意外退出：{words}。请检查内存是否充足后重试。",
        f"The typesetting process ended unexpectedly: {words}. See that there is enough memory and try again.",
    )
