"""A browser of the test client in which a member of staff is signed in, without going through the pages of sign-in."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.accounts import Account
from surveys.database import db


def signed_in(app: Flask, username: str, language: str = "") -> FlaskClient:
    """This person's browser; `language` empty: whatever the page chooses."""
    client = app.test_client()
    with app.app_context():
        identity = db.session.scalars(select(Account.fs_uniquifier).where(Account.username == username)).one()
    with client.session_transaction() as session:
        session["_user_id"] = session["identity"] = identity
        session["_fresh"], session["fs_cc"] = True, "set"
        if language:
            session["language"] = language
    return client
