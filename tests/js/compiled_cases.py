"""Compiles the forms on stdin, for the scripts' tests of the same cases, and adds the model questionnaire; run by Node."""

import json
import sys

from surveys.questionnaire.judging.check_case import read_case
from tests.surveys.questionnaire import model_form


def main() -> None:
    """Write `{"packages": […], "model": …}`, the packages in the order of the forms."""
    packages = [read_case(form)[0].package for form in json.load(sys.stdin)]
    json.dump({"packages": packages, "model": model_form.package()}, sys.stdout)


if __name__ == "__main__":
    main()
