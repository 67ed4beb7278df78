"""A browser of the test client in which a member of staff is signed in, without going through the pages of sign-in."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.accounts import Account
from surveys.authentication import staff_sessions
from surveys.database import db


def signed_in(app: Flask, username: str, language: str = "", method: str = staff_sessions.DEMONSTRATION) -> FlaskClient:
    """This person's browser; `language` empty: whatever the page chooses. Signed in as by a link of the demonstration, which asks
    for no second factor."""
    client = app.test_client()
    with app.app_context():
        account = db.session.scalars(select(Account).where(Account.username == username)).one()
        by = "link" if method == staff_sessions.DEMONSTRATION else method
        place = {"browser": "Chrome", "address": "127.0.*.1"}
        token = staff_sessions.start(account, method=method, confirmed_by=by, whole=True, **place)
        identity = account.fs_uniquifier
    with client.session_transaction() as session:
        session["sid"] = token
        session["_user_id"] = session["identity"] = identity
        session["_fresh"], session["fs_cc"] = True, "set"
        if language:
            session["language"] = language
    return client
