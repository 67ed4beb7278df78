"""What reports brings to the application: its tables, pages and commands. Touches every room of reports; nobody in it touches this."""

from importlib import import_module
from typing import Any

from flask import Flask

TABLES = (
    "papers.records",
    "papers.remarks",
    "papers.signoffs",
    "merging.records",
    "word.records",
    "issuing.archive",
    "handling.bodies",
    "handling.records",
    "exports.records",
    "running.backups.plan",
)
JOBS = ("handling.letter_jobs",)  # kinds of jobs whose rooms have no table of their own beside them
PAGES = (
    "pages.report_list",
    "pages.editor",
    "pages.writing",
    "pages.word",
    "pages.merge",
    "pages.numbers",
    "pages.traces",
    "pages.issue",
    "pages.report_view",
    "pages.report_changes",
    "pages.papers",
    "pages.paper_forms",
    "exports.pages",
    "pages.backups",
    "handling.pages.office",
    "handling.pages.committee",
    "handling.pages.department",
    "handling.pages.deputy",
    "handling.pages.four_lists",
    "handling.pages.visited",
    "handling.pages.bodies",
    "demonstration.pages",  # the entrance of ready links
)

# What of reports may name a person or a firm; its places are told to surveys.personal_data.
PERSONAL_DATA = ("papers.named", "merging.named", "word.named", "handling.named", "exports.holdings")


def load_tables() -> None:
    """Make the whole schema of reports known."""
    for name in (*TABLES, *JOBS):
        import_module(f"reports.{name}")


def register_pages(app: Flask) -> None:
    """Every page of reports, entered in the desk's line of work."""
    from reports.exports import pages as exports
    from reports.handling.pages import menu as handling
    from reports.pages import frame

    frame.register(app)
    exports.list_page(app)
    handling.list_pages(app)
    for name in PAGES:
        app.register_blueprint(import_module(f"reports.{name}").bp)


def register_commands(app: Flask) -> None:
    from reports import commands
    from reports.demonstration import commands as demonstration
    from reports.exports import commands as exports
    from reports.running import upgrading
    from reports.running.backups import commands as backups

    commands.register(app)
    backups.register(app)
    upgrading.register(app)
    demonstration.register(app)
    exports.register(app)
    app.extensions.setdefault("audit_anchors", []).append(_heads_in_reports)
    app.extensions.setdefault("personal_data", []).append(_sources)
    app.extensions["last_handover"] = _last_handover


def _last_handover(campaign_id: str) -> Any:
    from reports.handling.letters import last_handover

    return last_handover(campaign_id)


def _sources() -> list[Any]:
    """The places of personal data, loaded when somebody asks for them."""
    return [source for room in PERSONAL_DATA for source in import_module(f"reports.{room}").SOURCES]


def _heads_in_reports() -> list[Any]:
    from reports.papers.audit_heads import heads_in_reports

    return heads_in_reports()
