"""The office's rules of sign-in: who needs a second factor, what a password must be."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from surveys.authentication.rules import HISTORY, LENGTHS
from surveys.forms.texts import _l

_RANGE = _l("A whole number from %(min)s to %(max)s.")


class SignInRulesForm(FlaskForm):
    """The choices of roles are those there are."""

    factor_roles = SelectMultipleField(_l("Second factor"), widget=ListWidget(), option_widget=CheckboxInput())
    least_length = IntegerField(
        _l("Least length of a password"),
        validators=[InputRequired(_RANGE), NumberRange(min(LENGTHS), max(LENGTHS), _RANGE)],
    )
    history = IntegerField(
        _l("Earlier passwords not taken again"),
        validators=[InputRequired(_RANGE), NumberRange(min(HISTORY), max(HISTORY), _RANGE)],
    )
