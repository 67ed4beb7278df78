"""A new password, typed twice."""

from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, ValidationError
from wtforms.validators import EqualTo, InputRequired, Length

from surveys.accounts import LEAST_PASSWORD, weak_password
from surveys.forms.texts import _l


class PasswordForm(FlaskForm):
    """The rule of a password is the room's (`accounts.weak_password`)."""

    password = PasswordField(_l("New password"), validators=[InputRequired(_l("Type a password.")), Length(max=200)])
    again = PasswordField(
        _l("The same again"), validators=[EqualTo("password", _l("The two are not the same. Type it again."))]
    )

    def validate_password(self, field: PasswordField) -> None:
        words = {
            "short": _("At least %(n)s characters.", n=LEAST_PASSWORD),
            "plain": _("Use three of these four: small letters, capital letters, digits, other signs."),
            "name": _("The password must not contain the account's name."),
        }
        if reason := weak_password(field.data or "", current_user._get_current_object()):
            raise ValidationError(words[reason])
