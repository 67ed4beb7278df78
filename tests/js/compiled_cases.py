"""Compiles the forms on stdin and the flagship form, for the scripts' tests of the same cases; run by Node."""

import json
import sys
from pathlib import Path

from surveys.questionnaire.judging.check_case import read_case
from surveys.questionnaire.package.reader import read_workbook

FLAGSHIP = Path("reports/demonstration/questionnaire/private-enterprises-2023.xlsx")


def main() -> None:
    """Write `{"packages": […], "model": …}`, the packages in the order of the forms."""
    packages = [read_case(form)[0].package for form in json.load(sys.stdin)]
    json.dump({"packages": packages, "model": read_workbook(FLAGSHIP.read_bytes()).package}, sys.stdout)


if __name__ == "__main__":
    main()
