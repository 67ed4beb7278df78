"""The way back for an administrator who is alone in office and has lost the device: a command on the machine."""

from flask import Flask

from surveys.accounts import Account
from surveys.audit import SYSTEM, AuditEntry
from surveys.authentication import second_factors
from surveys.authentication.second_factors import SecondFactor
from surveys.authentication.staff_sessions import StaffSession
from surveys.database import db, writing
from tests.desk_client import signed_in
from tests.factories.planning import guangzhou, staff


def open_sessions() -> int:
    return db.session.query(StaffSession).filter(StaffSession.ended_at.is_(None)).count()


def test_the_only_administrator_is_reset_on_the_machine(app: Flask) -> None:
    with app.app_context():
        with writing():
            guangzhou().number = 1
            account = staff("admin", "administrator", "440100")
        second_factors.add(account, SecondFactor(kind="passkey", credential="x", public_key="x"), actor=SYSTEM)
    signed_in(app, "admin")
    with app.app_context():
        assert open_sessions() == 1
    runner = app.test_cli_runner()
    assert runner.invoke(args=["users", "reset-factor", "nobody"]).exit_code == 1
    assert runner.invoke(args=["users", "reset-factor", "admin"]).exit_code == 0
    with app.app_context():
        assert open_sessions() == 0
        account = db.session.query(Account).filter_by(username="admin").one()
        assert not second_factors.has_factor(account.id)
        assert db.session.query(AuditEntry).filter_by(act="factor.reset").one().actor_kind == "system"
