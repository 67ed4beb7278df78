"""Texts of forms, said in the language of the page when it is shown."""

from typing import cast

from flask_babel import lazy_gettext


def _l(text: str) -> str:
    """A text that is translated when it is read. Typed as what it is used as."""
    return cast("str", lazy_gettext(text))
