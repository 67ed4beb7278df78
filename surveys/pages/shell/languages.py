"""The language, text size and theme of a page: asked for, remembered, used. Touches accounts, deputies and Flask-Babel.

Message ids are English; the Chinese stands in `templates/translations/zh_CN/LC_MESSAGES/<domain>.po`, which is read as it is
(no compiled file that could be out of date). Domain `messages`: desks and sign-in; `field`: a deputy's pages.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Blueprint, Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel, Domain, get_locale
from sqlalchemy import update

from surveys.accounts import Account
from surveys.database import writing
from surveys.pages.shell import sessions
from surveys.planning.people.deputies import choose_text_size
from surveys.planning.words import visit_words

LANGUAGES = {"zh-CN": "简体中文", "en": "English"}
TEXT_SIZES = ("standard", "elder", "largest")

bp = Blueprint("languages", __name__)


class ChineseTexts(Translations):
    """The texts of a catalogue, with the words of the campaign that is spoken of."""

    def gettext(self, message: str) -> str:
        return visit_words.fill(super().gettext(message), "zh")

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return visit_words.fill(super().ngettext(msgid1, msgid2, n), "zh")

    ugettext, ungettext = gettext, ngettext


class EnglishTexts(NullTranslations):
    """The ids are the texts."""

    def gettext(self, message: str) -> str:
        return visit_words.fill(message, "en")

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return visit_words.fill(super().ngettext(msgid1, msgid2, n), "en")

    ugettext, ungettext = gettext, ngettext


class Catalogue(Domain):
    """One domain of texts, read from its .po once a process."""

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        key = locale.language if locale else "en", self.domain[0]
        if key not in self.cache:
            self.cache[key] = _read(self.domain[0]) if key[0] == "zh" else EnglishTexts()
        return self.cache[key]


def _read(domain: str) -> NullTranslations:
    place = Path(current_app.root_path) / "templates" / "translations" / "zh_CN" / "LC_MESSAGES" / f"{domain}.po"
    catalog = ChineseTexts()
    catalog._catalog = {}  # type: ignore[attr-defined] - what GNUTranslations keeps its texts in
    catalog.plural = lambda number: 0  # type: ignore[attr-defined] - Chinese has one form
    with place.open("rb") as file:
        for message in read_po(file, "zh_CN"):
            if message.id and message.string and not message.fuzzy:
                texts = message.string if isinstance(message.string, tuple) else (message.string,)
                ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
                context = f"{message.context}\x04" if message.context else ""
                catalog._catalog[context + ids[0]] = texts[0]  # type: ignore[attr-defined]
                if len(ids) > 1:
                    catalog._catalog[context + ids[0], 0] = texts[0]  # type: ignore[attr-defined]
    return catalog


def register(app: Flask) -> None:
    """Set up Flask-Babel and what every template may use."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "zh")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Shanghai")
    babel = Babel(app, locale_selector=_locale)
    babel.domain_instance = Catalogue()  # pyright: ignore[reportAttributeAccessIssue] - a cached property
    app.before_request(_choose)
    app.register_blueprint(bp)
    app.context_processor(lambda: {"language": g.get("language", "zh-CN"), "other_language": _other})


def _locale() -> str:
    return "en" if g.get("language", "zh-CN") == "en" else "zh"


def _choose() -> None:
    """The address' `lang` for this page alone, else what was chosen before, else the browser's wish, else Chinese."""
    wish = request.args.get("lang")
    own_language = wish if wish in LANGUAGES else session.get("language")
    g.language = (
        own_language
        if own_language in LANGUAGES
        else request.accept_languages.best_match(["zh-CN", "zh", "en"], "zh-CN")
    )
    g.language = "en" if g.language == "en" else "zh-CN"
    size = session.get("text")
    g.text_size = size if size in TEXT_SIZES[1:] else ""


def _other() -> dict[str, Any]:
    """The other language: its code, its own name, the address that switches to it."""
    code = "en" if g.get("language") != "en" else "zh-CN"
    return {"code": code, "name": LANGUAGES[code], "address": url_for("languages.language", code=code, next=here())}


def here() -> str:
    """The address of this page, without the site."""
    return request.full_path.rstrip("?") if request.method == "GET" else (local(request.referrer) or "/")


def local(address: str | None) -> str | None:
    """An address of this site as path and query, or None: nobody is sent elsewhere."""
    if not address:
        return None
    parts = urlsplit(address)
    if parts.netloc and parts.netloc != request.host:
        return None
    if not parts.path.startswith("/") or parts.path.startswith("//") or "\\" in address:
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


@bp.get("/language/<code>")
@bp.get("/visits/language/<code>", endpoint="field_language")  # where the phone's worker answers without a signal
def language(code: str) -> ResponseReturnValue:
    """Choose the language; remembered in the session and with the account."""
    if code not in LANGUAGES:
        abort(404)
    session["language"] = code
    from flask_login import current_user

    if current_user and current_user.is_authenticated and current_user.language != code:
        with writing() as transaction:
            transaction.execute(update(Account).where(Account.id == current_user.id).values(language=code))
    return redirect(local(request.args.get("next")) or "/", code=303)


@bp.get("/text-size/<size>")
@bp.get("/visits/text-size/<size>", endpoint="field_text_size")
def text_size(size: str) -> ResponseReturnValue:
    """Choose 标准版, 长辈版 or 特大字; remembered in the session, and with the deputy who is signed in."""
    if size not in TEXT_SIZES:
        abort(404)
    session["text"] = size
    sender = sessions.signed_in()
    if sender is not None and sender.deputy_id and not sender.revoked:
        with writing():
            choose_text_size(sender.deputy_id, size)
    return redirect(local(request.args.get("next")) or "/", code=303)
