"""Before the first test: how many there are and about how long they take. Whatever takes long begins first.

`seconds.csv` holds how many seconds the tests of a file took on two cores; `pytest -n auto --remember-seconds` writes it anew from
a run. How much faster or slower this machine was at its last long run stays in pytest's cache.
"""

import csv
import os
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

TABLE = Path(__file__).with_name("seconds.csv")
UNKNOWN = 0.2  # seconds of a test whose file is not in the table
LONG_RUN = 60  # seconds: shorter ones say nothing about the machine
MACHINE = "diaoyan/slower-than-the-table"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--remember-seconds", action="store_true", help="write tests/seconds.csv from this run")


def pytest_configure(config: pytest.Config) -> None:
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        config.pluginmanager.register(Clock(config), "clock")


def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: a process for each core, two at least, since a journey often waits for its browser."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(2, cores)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the tests, the longest units of work come first, so that none is left over at the end."""
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        return
    seconds = seconds_of_a_test()
    together = Counter[str]()
    for item in items:
        together[_unit(item)] += seconds.get(_file(item.nodeid), UNKNOWN)
    # By powers of two: those about as long as each other stay in the order that was drawn for them.
    items.sort(key=lambda item: int(together[_unit(item)]).bit_length(), reverse=True)


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def _unit(item: pytest.Item) -> str:
    """What one process runs in one go: the tests of a group, or the one test."""
    group = item.get_closest_marker("xdist_group")
    return str(group.args[0]) if group else item.nodeid


def seconds_of_a_test() -> dict[str, float]:
    """By file, as the table has it."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["file"]: float(row["seconds"]) / int(row["tests"]) for row in csv.DictReader(file)}


class Clock:
    """Says what is to come and measures what was."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.told = 0.0  # seconds, as this machine should take
        self.begun = 0.0
        self.tests: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()

    def _say(self, ids: Sequence[str]) -> None:
        known = seconds_of_a_test()
        seconds = sum(known.get(_file(one), UNKNOWN) for one in ids)
        workers = self.config.getoption("numprocesses", None) or 1
        self.begun, self.told = time.monotonic(), seconds / workers
        minutes = self.told * self._slower() / 60
        zh, en = (f"约 {minutes:.0f} 分钟", f"about {minutes:.0f} minutes") if minutes >= 1.5 else ("约 1 分钟", "about a minute")  # fmt: skip
        writer = self.config.pluginmanager.get_plugin("terminalreporter")
        if writer is not None and seconds > 20:
            writer.ensure_newline()
            writer.write(f"{len(ids):,} 项测试，{zh} / {len(ids):,} tests, {en}\n", flush=True)

    def _slower(self) -> float:
        return float(self.config.cache.get(MACHINE, 1.0)) if getattr(self.config, "cache", None) else 1.0

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """In one process."""
        if not self.config.getoption("numprocesses", None):
            self._say([item.nodeid for item in session.items])

    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """In several: all of them collect the same."""
        if not self.begun:
            self._say(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file = _file(report.nodeid)
        self.tests[file] += report.when == "call"
        self.seconds[file] += report.duration

    def pytest_sessionfinish(self) -> None:
        took = time.monotonic() - self.begun
        if self.begun and self.told > LONG_RUN and took > LONG_RUN and getattr(self.config, "cache", None):
            self.config.cache.set(MACHINE, round(took / self.told, 2))
        if self.config.getoption("--remember-seconds"):
            self._write()

    def _write(self) -> None:
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["file", "tests", "seconds"])
            for name in sorted(self.tests):
                if self.tests[name] and self.seconds[name] >= 1:
                    rows.writerow([name, self.tests[name], round(self.seconds[name])])
