"""A new password, typed twice."""

from flask import g
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import PasswordField, ValidationError
from wtforms.validators import EqualTo, InputRequired, Length

from surveys.authentication.passwords import fault_of
from surveys.authentication.rules import rules_in_force
from surveys.forms.texts import _l


class PasswordForm(FlaskForm):
    """The rules of a password are the room's (`authentication.passwords`). `current` is left out where something else proves the person."""

    current = PasswordField(
        _l("Password until now"), validators=[InputRequired(_l("Type the password you have now.")), Length(max=200)]
    )
    password = PasswordField(_l("New password"), validators=[InputRequired(_l("Type a password.")), Length(max=200)])
    again = PasswordField(
        _l("The same again"), validators=[EqualTo("password", _l("The two are not the same. Type it again."))]
    )

    def validate_password(self, field: PasswordField) -> None:
        words = {
            "short": _("At least %(n)s characters.", n=rules_in_force().least_length),
            "plain": _("Use three of these four: small letters, capital letters, digits, other signs."),
            "name": _("The password must not contain the account's name."),
            "common": _(
                "Many people choose this or something close to it. Take several words that do not belong together."
            ),
            "former": _("You had this password before. Choose another one."),
        }
        if reason := fault_of(field.data or "", g.staff.account):
            raise ValidationError(words[reason])
