"""Parts in processes of their own: limits, deaths, faults of several parts, and what is not set again."""

import os
import time
from pathlib import Path

import pytest

from reports.printing.cache import SheetCache, sheet_key
from reports.printing.fonts import FontSet
from reports.printing.typesetting import Sheet
from reports.printing.volume import Part, PrintFault, Volume
from reports.printing.workers import Press, Worker, print_volume
from tests.reports.printing.volumes import bound_volume, long_report, report


def test_progress_is_told_by_stage(fonts: FontSet, shop_folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    print_volume(bound_volume(), cache_dir=shop_folder, fonts=fonts, progress=lambda *step: told.append(step))
    assert told[-1] == ("binding", 1, 1)
    assert ("parts", 6, 6) in told
    assert [step[0] for step in told] == sorted((step[0] for step in told), key=["parts", "contents", "binding"].index)


def test_who_may_not_go_on_is_heard_also_from_the_threads_that_set(fonts: FontSet, tmp_path: Path) -> None:
    def stop(stage: str, done: int, whole: int) -> None:
        if done:
            raise LookupError("another worker has the job")

    with pytest.raises(LookupError, match="another worker"):
        print_volume(bound_volume(), cache_dir=tmp_path, fonts=fonts, progress=stop)


def test_only_the_changed_part_and_the_contents_are_set_again(
    fonts: FontSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = bound_volume()
    print_volume(volume, cache_dir=tmp_path, fonts=fonts)
    set_again: list[str] = []
    run = Press._set
    monkeypatch.setattr(Press, "_set", lambda self, job: set_again.append(job.document) or run(self, job))
    changed = Part("440104", "report", "越秀区情况报告", long_report("越秀区情况报告", 6), "分报告")
    parts = (volume.parts[0], changed, *volume.parts[2:])
    print_volume(bound_volume(parts=parts), cache_dir=tmp_path, fonts=fonts)
    assert set_again == ["report", "contents"]


def test_faults_of_all_parts_are_told_at_once(fonts: FontSet, tmp_path: Path) -> None:
    parts = (
        Part("a", "report", "甲报告", report("有\ue123字")),
        Part("b", "report", "乙报告", report("没有问题")),
        Part("c", "annex", "附件1", {"title": "表", "columns": [{"title": "列"}], "rows": [["\ue124"]]}),
    )
    with pytest.raises(PrintFault) as caught:
        print_volume(Volume("A", "outgoing", "报告", parts), cache_dir=tmp_path, fonts=fonts)
    assert [(fault.code, fault.place.split(" › ")[0]) for fault in caught.value.faults] == [
        ("glyph_missing", "甲报告"),
        ("glyph_missing", "附件1"),
    ]


def test_a_part_that_takes_too_long_is_ended_and_named(fonts: FontSet, tmp_path: Path) -> None:
    volume = Volume("A", "outgoing", "报告", (Part("a", "report", "长报告", report("文" * 3000)),))
    before = time.monotonic()
    with pytest.raises(PrintFault) as caught:
        print_volume(volume, cache_dir=tmp_path, fonts=fonts, limit_seconds=0.01)
    assert [fault.code for fault in caught.value.faults] == ["part_too_slow"]
    assert "长报告" in caught.value.faults[0].place
    assert time.monotonic() - before < 120, "the whole limit of a part would be five minutes"


def test_a_worker_that_dies_is_a_fault_and_takes_its_group_along(
    fonts: FontSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    do = Worker.do

    def killed(self: Worker, job: dict, limit_seconds: float) -> dict:
        started.append(self.process.pid)
        assert os.getpgid(self.process.pid) == self.process.pid  # a process group of its own
        self.process.kill()
        self.process.wait()
        return do(self, job, limit_seconds)

    monkeypatch.setattr(Worker, "do", killed)
    volume = Volume("A", "outgoing", "报告", (Part("a", "report", "报告", report("文")),))
    with pytest.raises(PrintFault) as caught:
        print_volume(volume, cache_dir=tmp_path, fonts=fonts)
    assert [fault.code for fault in caught.value.faults] == ["part_failed"]
    with pytest.raises(ProcessLookupError):
        os.killpg(started[0], 0)


def test_wrong_volumes_are_refused_before_anything_is_set(fonts: FontSet, tmp_path: Path) -> None:
    part = Part("a b", "report", "报告", report("文"))
    for volume in (
        Volume("A", "outgoing", "空", ()),
        Volume("A", "outgoing", "代号", (part,)),
        Volume("A", "outgoing", "重复", (Part("a", "report", "一", {}), Part("a", "report", "二", {}))),
        Volume("D", "outgoing", "版式", (Part("a", "report", "一", {}),)),  # type: ignore[arg-type]
        Volume("A", "outgoing", "种类", (Part("a", "picture", "一", {}),)),  # type: ignore[arg-type]
    ):
        with pytest.raises(PrintFault) as caught:
            print_volume(volume, cache_dir=tmp_path, fonts=fonts)
        assert {fault.code for fault in caught.value.faults} == {"data_wrong"}


def test_the_cache_knows_a_damaged_sheet_and_drops_the_oldest(tmp_path: Path) -> None:
    cache = SheetCache(tmp_path, limit=250)
    for number, key in enumerate(("old", "new", "newest")):
        cache.put(key, Sheet(bytes([number]) * 100, 1))
        os.utime(cache.folder / f"{key}.pdf", (1000 + number, 1000 + number))
    cache.prune()
    assert cache.get("old") is None
    assert cache.get("new") == Sheet(b"\1" * 100, 1)
    (cache.folder / "newest.pdf").write_bytes(b"broken")
    assert cache.get("newest") is None


def test_the_key_of_a_sheet_changes_with_data_and_fonts(fonts: FontSet) -> None:
    key = sheet_key("report", report("文"), {}, fonts)
    assert key == sheet_key("report", report("文"), {}, FontSet.from_json(fonts.as_json()))
    assert key != sheet_key("report", report("章"), {}, fonts)
    assert key != sheet_key("annex_report", report("文"), {}, fonts)
    other = FontSet({**fonts.roles, "fang": fonts.roles["song"]}, fonts.fallbacks, fonts.stand_ins)
    assert key != sheet_key("report", report("文"), {}, other)


def test_an_interrupted_job_leaves_no_worker_and_no_scratch_file(
    fonts: FontSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    do = Worker.do

    def seen(self: Worker, job: dict, limit_seconds: float) -> dict:
        started.append(self.process.pid)
        return do(self, job, limit_seconds)

    def interrupt(self: Press, *_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Worker, "do", seen)
    monkeypatch.setattr(Press, "bind", interrupt)
    volume = Volume("A", "outgoing", "报告", (Part("a", "report", "报告", report("文")),))
    with pytest.raises(KeyboardInterrupt):
        print_volume(volume, cache_dir=tmp_path, fonts=fonts)
    assert started
    for pid in started:
        with pytest.raises(ProcessLookupError):
            os.killpg(pid, 0)
    assert list((tmp_path / "scratch").iterdir()) == []
