"""A form of 2,000 rows with 20,000 choices, made anew each time, and what reading it takes of a processor and of memory."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROWS, CHOICES = 2000, 20_000


def make(target: Path) -> None:
    """The workbook, as Excel and WPS write one: pages of questions with rules, cascades over long lists, repeats, two languages."""
    import xlsxwriter

    book = xlsxwriter.Workbook(target)
    survey = _Rows(book.add_worksheet("survey"))
    survey.append(
        [
            "type",
            "name",
            "label::中文 (zh-CN)",
            "label::English (en)",
            "relevant",
            "constraint",
            "required",
            "calculation",
            "choice_filter",
        ]
    )
    written = 0
    for page in range(ROWS // 20):
        relevant = f"${{n{page - 1}_3}} > 2 or ${{n{page - 1}_5}} = ''" if page else ""
        kind = "repeat" if page % 10 == 9 else "group"
        rows: list[list[str]] = [[f"begin {kind}", f"g{page}", f"第{page}页", f"Page {page}", relevant, "", "", "", ""]]
        for place in range(12):
            rows.append(
                [
                    "integer",
                    f"n{page}_{place}",
                    f"第{place}项数量",
                    f"Number {place}",
                    "",
                    ". >= 0 and . <= 100000",
                    "yes",
                    "",
                    "",
                ]
            )
        rows.append([f"select_one big{page % 20}", f"s{page}", "一级", "First", "", "", "yes", "", ""])
        rows.append(
            [
                f"select_multiple sub{page % 20}",
                f"m{page}",
                "二级",
                "Second",
                "",
                "count-selected(.) <= 3",
                "",
                "",
                f"up = ${{s{page}}}",
            ]
        )
        rows.append(
            [
                "text",
                f"t{page}",
                "说明",
                "Remark",
                f"${{n{page}_0}} > 10",
                "regex(., '^[^0-9]{0,200}$')",
                f"${{n{page}_1}} > 5",
                "",
                "",
            ]
        )
        rows.append(
            [
                "calculate",
                f"c{page}",
                "",
                "",
                "",
                "",
                "",
                f"round((${{n{page}_0}} + ${{n{page}_1}}) div ${{n{page}_2}}, 2)",
                "",
            ]
        )
        rows.append(
            [
                "calculate",
                f"d{page}",
                "",
                "",
                "",
                "",
                "",
                f"if(${{c{page}}} > 3, concat('高', ${{n{page}_4}}), '低')",
                "",
            ]
        )
        rows.append(
            ["note", f"w{page}", f"合计${{c{page}}}", f"Total ${{c{page}}}", f"${{d{page}}} != '低'", "", "", "", ""]
        )
        rows.append([f"end {kind}", "", "", "", "", "", "", "", ""])
        for row in rows:
            survey.append(row)
            written += 1
    while written < ROWS:
        survey.append(["text", f"extra{written}", "补充", "More", "", "", "", "", ""])
        written += 1
    choices = _Rows(book.add_worksheet("choices"))
    choices.append(["list_name", "name", "label::中文 (zh-CN)", "label::English (en)", "up"])
    each = CHOICES // 40
    for number in range(20):
        for place in range(each):
            choices.append([f"big{number}", f"b{place}", f"选项{number}之{place}", f"Choice {number}-{place}", ""])
            choices.append(
                [f"sub{number}", f"u{place}", f"细项{number}之{place}", f"Detail {number}-{place}", f"b{place % 50}"]
            )
    book.close()


class _Rows:
    """A sheet that is written row after row."""

    def __init__(self, sheet: Any) -> None:
        self.sheet, self.count = sheet, 0

    def append(self, cells: list[str]) -> None:
        for place, text in enumerate(cells):
            if text:
                self.sheet.write_string(self.count, place, text)
        self.count += 1


def measured() -> tuple[float, float]:
    """Seconds of a processor and MiB of a process that only reads the form."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "large.xlsx"
        make(place)
        run = subprocess.run(
            [sys.executable, "-m", "tests.bench.large_form", str(place)], capture_output=True, check=True, timeout=300
        )
    told = json.loads(run.stdout)
    return told["seconds"], told["mib"]


def _read(place: Path) -> None:
    import pyxform.xls2xform  # noqa: F401  the library is loaded, as on a running server

    from surveys.questionnaire.package.reader import read_workbook

    data = place.read_bytes()
    begun = time.process_time()
    reading = read_workbook(data, name=place.name)
    seconds = time.process_time() - begun
    assert reading.package is not None, [fault.sentence("en") for fault in reading.faults[:3]]
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "mib": mib}))


if __name__ == "__main__":
    _read(Path(sys.argv[1]))
