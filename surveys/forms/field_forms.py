"""Forms of the field pages that hold no answers: the attendance, and buttons alone (their CSRF token)."""

from flask_wtf import FlaskForm
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget


class AttendanceForm(FlaskForm):
    """Who went: chosen from the group."""

    present = SelectMultipleField(widget=ListWidget(), option_widget=CheckboxInput(), validate_choice=True)


class ButtonForm(FlaskForm):
    """A form of buttons."""
