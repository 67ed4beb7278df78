"""Who looks at the reports' pages in tests: a signed-in browser for a role on a unit, and the reports it looks at."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reports.papers.steps import Report
from surveys import accounts
from surveys.database import db, writing
from surveys.planning.campaigns.campaigns import Campaign
from tests.factories.planning import staff


def browser(app: Flask, role: str, unit: str) -> FlaskClient:
    """A browser in which somebody with this role has signed in."""
    with app.app_context():
        with writing():
            account = staff(f"{role}-{unit}", role, unit)
        token = accounts.make_link(account, uses=None, next_address="/campaigns")
    client = app.test_client()
    client.get(f"/sign-in/link/{token}")
    return client


def report_id(app: Flask, unit: str) -> str:
    with app.app_context():
        return db.session.scalars(select(Report.id).where(Report.unit_code == unit)).one()


def number(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(Campaign.number)).one()
