"""Imported once by the process that the tests' servers are forked from: making an application reads every module of the program."""

import tempfile

import gunicorn.app.wsgiapp  # noqa: F401

import reports.running.web_worker  # noqa: F401
from app import create_app
from tests import templates_once

templates_once.take_up()
with tempfile.TemporaryDirectory() as folder:
    create_app({"TESTING": True, "INSTANCE": folder, "SQLALCHEMY_DATABASE_URI": "sqlite://"})
