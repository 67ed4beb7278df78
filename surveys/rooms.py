"""The tables, pages and commands of surveys. Touches every room of surveys; nobody in it touches this.

A new table or page is entered here once; tests/house/test_rooms.py finds the module that was forgotten.
"""

from importlib import import_module

from flask import Flask

TABLES = (
    "accounts",
    "audit",
    "auditing.chain",
    "authentication.delays",
    "authentication.passwords",
    "authentication.rules",
    "authentication.second_factors",
    "authentication.staff_sessions",
    "immutable_rows",
    "instance_marks",
    "jobs",
    "rates",
    "planning.campaigns.campaigns",
    "planning.campaigns.complaints",
    "planning.campaigns.code_lists",
    "planning.campaigns.plan_acts",
    "planning.campaigns.quotas",
    "planning.campaigns.registers",
    "planning.campaigns.staff",
    "planning.campaigns.subjects",
    "planning.campaigns.units",
    "planning.campaigns.visit_kinds",
    "planning.people.deputies",
    "planning.people.groups",
    "planning.people.slips",
    "planning.forms.questionnaire_versions",
    "planning.assigning.assignments",
    "planning.imports.list_uploads",
    "fieldwork.visits.attendance",
    "fieldwork.visits.erased",
    "fieldwork.visits.events",
    "fieldwork.visits.locks",
    "fieldwork.visits.submissions",
    "fieldwork.visits.visits",
    "fieldwork.findings.act_records",
    "fieldwork.findings.findings",
    "fieldwork.findings.proposals",
    "fieldwork.filling.phone_reports",
    "fieldwork.filling.trial_records",
)
SHELL = ("errors", "display", "sign_in", "desk_frame", "release", "secrecy", "recorded", "static_files")
# These add their views to the blueprint of the field.
VIEWS = (
    "field.offline.form",
    "field.help",
    "field.phone",
    "field.slips",
    "field.filling.questionnaire",
    "field.visits.starting",
    "field.visits.visits",
)
PAGES = (
    "pages.shell.second_step",
    "pages.shell.provider_sign_in",
    "pages.own_account.own_sign_in",
    "pages.field.filling.trying",
    "pages.field.filling.behalf",
    "pages.city_desk.campaigns",
    "pages.city_desk.campaign_end",
    "pages.city_desk.visit_kinds",
    "pages.city_desk.questionnaires",
    "pages.city_desk.questionnaire_editing",
    "pages.city_desk.lists",
    "pages.city_desk.imports",
    "pages.city_desk.plan_acts",
    "pages.city_desk.registers",
    "pages.city_desk.register_settings",
    "pages.city_desk.register_imports",
    "pages.city_desk.assignments",
    "pages.city_desk.users",
    "pages.city_desk.audit",
    "pages.city_desk.personal_data",
    "pages.city_desk.sign_in_rules",
    "pages.search",
    "pages.complaints",
    "pages.unit_desk.visits",
    "pages.unit_desk.starting",
    "pages.unit_desk.funnel",
    "pages.unit_desk.phone_desk",
    "pages.unit_desk.deputy_phones",
    "pages.unit_desk.progress",
    "pages.unit_desk.findings",
    "pages.unit_desk.findings_queue",
)


def load_tables() -> None:
    """Make the whole schema of surveys known."""
    for name in TABLES:
        import_module(f"surveys.{name}")


def register_pages(app: Flask) -> None:
    """Every page of surveys, and what phones ask at /sync."""
    from flask_wtf import CSRFProtect

    from surveys.pages.field.frame import FieldFrame, field
    from surveys.pages.phones.application import mount
    from surveys.pages.shell import languages

    languages.register(app)  # first: whatever is refused below is said in the language of the person
    app.extensions["csrf"] = CSRFProtect(app)
    for name in SHELL:
        import_module(f"surveys.pages.shell.{name}").register(app)
    for name in VIEWS:
        import_module(f"surveys.pages.{name}")
    app.register_blueprint(field)
    app.extensions["field_frame"] = FieldFrame
    for name in PAGES:
        app.register_blueprint(import_module(f"surveys.{name}").bp)
    mount(app)


def register_commands(app: Flask) -> None:
    from surveys import commands

    commands.register(app)
