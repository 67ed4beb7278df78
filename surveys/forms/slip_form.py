"""The form on the page of a slip: the code, and whether the phone is borrowed."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField


class SlipForm(FlaskForm):
    """`once` is a random word of this very page: pressing twice costs no new code."""

    code = StringField()
    borrowed = BooleanField()
    once = HiddenField()
