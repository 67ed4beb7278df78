"""Every template compiles, names only templates and filters that exist, and has lines that can be read: `python -m tests.house.templates`.

Exit status 0 when all do; else 1, with file, line and cause on standard output.
"""

import sys
import tempfile
from pathlib import Path

from flask import Flask
from jinja2 import Environment, TemplateNotFound, TemplateSyntaxError, meta

from app import create_app

TEMPLATES = Path(__file__).parents[2] / "templates"
WRITTEN = (".html", ".txt", ".svg", ".xml", ".css")
COLUMNS = 160  # a line that is longer is laid out with one tag a line


def template_faults(app: Flask) -> list[str]:
    """One line for each template of the pages that does not compile or refers to one that is not there."""
    environment: Environment = app.jinja_env
    names = environment.list_templates(filter_func=lambda name: name.endswith((".html", ".txt", ".svg", ".xml")))
    faults = []
    for name in names:
        if name.startswith(("print/", "security/")):
            continue  # the print shop has an environment of its own, a library tests its own templates
        loader = environment.loader
        assert loader is not None
        source, _, _ = loader.get_source(environment, name)
        try:
            environment.compile(source, name)
            wanted = meta.find_referenced_templates(environment.parse(source, name))
            for other in wanted:
                if other is not None:
                    loader.get_source(environment, other)
        except TemplateSyntaxError as problem:
            faults.append(f"templates/{name}:{problem.lineno}: {problem.message}")
        except TemplateNotFound as problem:
            faults.append(f"templates/{name}: there is no template {problem.name}")
    return faults


def long_lines() -> list[str]:
    """One line for each line of a template, printed documents and their styles included, that is longer than COLUMNS."""
    return [
        f"templates/{place.relative_to(TEMPLATES)}:{number}: {len(line)} columns, at most {COLUMNS}: put one tag on a line"
        for place in sorted(TEMPLATES.rglob("*"))
        if place.suffix in WRITTEN
        for number, line in enumerate(place.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > COLUMNS
    ]


def main() -> int:
    with tempfile.TemporaryDirectory() as instance:
        app = create_app({"INSTANCE": str(Path(instance)), "TESTING": True})
        app.open_pages()
        faults = template_faults(app) + long_lines()
    print("\n".join(faults) or "every template compiles, no line is too long")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
