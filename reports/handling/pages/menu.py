"""Lists the pages of handling in the desk's line of work. Touches the pages of this room."""

from flask import Flask

from reports.handling.pages import committee, office


def list_pages(app: Flask) -> None:
    """Enter them in the order of the work."""
    app.extensions.setdefault("nav", []).extend([*office.entries(), *committee.entries()])
