"""Account and password at sign-in."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from surveys.forms.texts import _l


class SignInForm(FlaskForm):
    """What a member of staff types."""

    username = StringField(_l("Account"), validators=[InputRequired(_l("Type your account.")), Length(max=64)])
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Type your password.")), Length(max=200)])
