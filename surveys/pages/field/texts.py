"""Texts of the field pages: English message ids, the Chinese of `field.po`; dates, times and amounts as people read them."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from flask import g

from surveys.database import CHINA
from surveys.pages.languages import Catalogue

FIELD = Catalogue(domain="field")
WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November")


def language() -> str:
    """zh-CN or en: what the person chose (pages of every kind set it), else Chinese."""
    return "en" if str(g.get("language") or "zh-CN").startswith("en") else "zh-CN"


def is_chinese() -> bool:
    return language() != "en"


def say(message: str, /, **values: object) -> str:
    """The message in the page's language, with its values."""
    text = FIELD.gettext(message)
    return text % values if values else text


def say_number(one: str, many: str, number: int, /, **values: object) -> str:
    """The message for this number of things; Chinese has one form, kept under that of many."""
    return say(one if number == 1 and not is_chinese() else many, number=number, **values)


def day(moment: date | datetime) -> str:
    """7月13日; 13 July."""
    local = moment.astimezone(CHINA).date() if isinstance(moment, datetime) else moment
    return f"{local.month}月{local.day}日" if is_chinese() else f"{local.day} {_month(local)}"


def full_day(moment: date | datetime) -> str:
    """2023年7月12日; 12 July 2023."""
    local = moment.astimezone(CHINA).date() if isinstance(moment, datetime) else moment
    if is_chinese():
        return f"{local.year}年{local.month}月{local.day}日"
    return f"{local.day} {_month(local)} {local.year}"


def day_and_weekday(moment: date) -> str:
    """2023年7月12日，周三; Wednesday 12 July 2023."""
    if is_chinese():
        return f"{full_day(moment)}，周{WEEKDAYS_ZH[moment.weekday()]}"
    return f"{moment:%A} {full_day(moment)}"


def clock(moment: datetime) -> str:
    """16:20, in China."""
    return moment.astimezone(CHINA).strftime("%H:%M")


def full_moment(moment: datetime) -> str:
    """2023年7月12日18:06."""
    return f"{full_day(moment)}{'' if is_chinese() else ', '}{clock(moment)}"


def day_and_clock(moment: datetime) -> str:
    """7月5日16:20."""
    return f"{day(moment)}{'' if is_chinese() else ', '}{clock(moment)}"


def _month(local: date) -> str:
    return (*MONTHS, "December")[local.month - 1]


def amount_in_yuan(text: str) -> str:
    """What an amount in 万元 is in yuan, to catch the costliest error of a form: 即500万元（5,000,000元）."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return ""
    if not amount.is_finite() or amount < 0 or amount > 10**9:
        return ""
    yuan = f"{amount * 10_000:,f}"
    yuan = yuan.rstrip("0").rstrip(".") if "." in yuan else yuan
    if amount >= 10_000:
        plain = f"{(amount / 10_000).normalize():f}"
        return say("That is %(amount)s hundred million yuan. Was it typed in yuan?", amount=plain, yuan=yuan)
    return say("That is %(amount)s ten thousand yuan (%(yuan)s yuan)", amount=f"{amount.normalize():f}", yuan=yuan)


def day_read_back(text: str) -> str:
    try:
        return day_and_weekday(date.fromisoformat(text))
    except ValueError:
        return ""


def script_texts() -> dict[str, object]:
    """What the page's script says: the same words, with their places left open."""
    return {
        "count": say("%(written)d characters, %(left)d left"),
        "nearly_full": say("%(written)d characters, %(left)d left: nearly full"),
        "too_many": say("%(written)d characters, %(over)d too many"),
        "ticked": say("%(number)d ticked"),
        "amount": say("That is %(amount)s ten thousand yuan (%(yuan)s yuan)"),
        "large_amount": say("That is %(amount)s hundred million yuan. Was it typed in yuan?"),
        "day": say("%(weekday)s %(day)s %(month_name)s %(year)s"),
        "weekdays": list(WEEKDAYS_ZH) if is_chinese() else list(WEEKDAYS),
        "months": [*MONTHS, "December"],
        "error": say("Error: "),
        "stale": say("no longer offered"),
        "saved": say("Saved on the server at %(clock)s, not submitted yet"),
        "not_saved": say(
            "No network: this page is not on the server yet. Please keep it open; it is tried again by itself."
        ),
        "signed_out": say(
            "Not signed in any more: this page is not on the server yet. Open the slip again in another tab."
        ),
    }
