"""Texts of the field pages: English message ids, the Chinese of `field.po`; dates, times and amounts as people read them."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from flask import g

from surveys.database import CHINA
from surveys.pages.shell.languages import Catalogue
from surveys.questionnaire.views.summary import MONTHS

FIELD = Catalogue(domain="field")
WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


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
    return MONTHS[local.month - 1]


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


def no_place() -> str:
    """What is wrong with numbers where a place is said in words."""
    return say("Please say in words where it is: street, building or village. Or leave it empty.")


def nowhere() -> str:
    """What is wrong with the position 0, 0."""
    return say("0, 0 lies in the sea: the phone did not know its position. Try again, or leave it out.")


def too_long() -> str:
    """What is wrong with an answer that no server takes."""
    return say("An answer has at most 100,000 characters; please shorten it. Nothing was cut.")


def personal_number() -> str:
    """What is said of a text that holds the number of an ID or a bank card."""
    return say("This looks like an ID or bank card number. It is not needed; please remove it.")


def not_answered(*, is_choice: bool) -> str:
    """What is said of a gap in the check."""
    return say("not chosen yet") if is_choice else say("not filled in yet")


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
        "weekdays": WEEKDAYS_ZH if is_chinese() else list(WEEKDAYS),
        "months": [] if is_chinese() else [*MONTHS],  # a Chinese date has its month in figures
        "error": say("Error: "),
        "stale": say("no longer offered"),
    }


def form_texts() -> dict[str, object]:
    """What the offline form says besides: the receipt's states, marks in words, what holds for this visit."""
    return script_texts() | {
        "colon": say(": "),
        "comma": say(", "),
        "stop": say(". "),
        "short_day": say("%(day)s %(month_name)s"),
        "full_moment": say("%(day)s %(month_name)s %(year)s, %(clock)s"),
        "on_page": say(" (part %(number)d)"),
        "start": say("Start the visit"),
        "who_went": say("Who went"),
        "check": say("Check before submitting"),
        "reading": say("For reading only"),
        "personal_number": personal_number(),
        "unanswered": say("(empty)"),
        "not_chosen": not_answered(is_choice=True),
        "not_filled": not_answered(is_choice=False),
        "delivered": say("Delivered"),
        "waiting": say("Waiting to send"),
        "sending": say("On its way"),
        "received": say("Received, being checked"),
        "stuck": say("Not taken in"),
        "version": say("version %(version)s"),
        "entries": say("%(number)d entries"),
        "parts_to_come": say("The answers are here; %(number)d photos or files are still to come."),
        "being_confirmed": say("The server has received it; it is being checked once more."),
        "being_sent": say("It is on its way. You may leave this page."),
        "waits_offline": say(
            "There is no network. You may leave this page; it is sent by itself when “My visits” is open and there is a signal."
        ),
        "not_taken": say("The server did not take this version in. The liaison can help."),
        "wrong": {
            "place": no_place(),
            "nowhere": nowhere(),
            "number": say("Please type a number."),
            "bounds": say("Please give a number from %(least)s to %(most)s."),
            "step": say("From %(least)s to %(most)s in steps of %(step)s: please give one of these."),
            "long": too_long(),
        },
        "to_newer": say("See what goes over to the questionnaire in force"),
        "standing": {
            "damaged": say(
                "This phone could not read all of this draft. What could be read is here; the rest is kept on “Waiting to send”."
            ),
            "no_form": say(
                "The form of this draft is not on this phone. Your answers are; open it once with a signal."
            ),
            "replaced": say(
                "This {visited} was replaced. What you submit is kept; the desk decides whether it counts."
            ),
            "void": say("This visit is void. What you submit is kept; the desk decides whether it counts."),
            "accepted": say("This visit is accepted. A new version is kept and shown to the desk."),
            "locked": say(
                "The unit's report has been submitted. What you submit is kept; the desk decides whether it counts."
            ),
            "late": say("The day to visit by has passed. You may go on; it is noted as late."),
            "withdrawn": say("This questionnaire was taken back. What you submit is judged by the one you filled in."),
            "newer": say("There is a newer questionnaire. This visit is finished with the one it was begun with."),
            "fork": say(
                "Another phone has submitted this visit meanwhile. Yours is kept as well, and the desk compares both."
            ),
        },
        "marks": mark_words(),
    }


def list_texts() -> dict[str, object]:
    """What 我的走访 says, where a form opens in place."""
    return form_texts() | {
        "changed": say("Changed %(moment)s"),
        "only_here": say("Only on this phone"),
        "list_wait": say("Sent by itself when there is a signal"),
        "list_got": say("The server has received it; it is being checked once more."),
        "list_bad": say("The server did not take this version in. The liaison can help."),
        "list_ok": say("The server holds a complete copy"),
    }


def mark_words() -> dict[str, str]:
    """What a receipt says of a version beside that it is held, by mark; of other marks it says nothing."""
    return {
        "fork": say("Another phone has changed this visit too. Both are kept, and the desk compares them."),
        "late": say("Received after the day to visit by; it counts, and is noted as late."),
        "locked": say(
            "The unit's report has been submitted already. This version is kept; the desk decides whether it counts."
        ),
        "extra": say(
            "More visits than planned have been submitted here. This one is kept; the desk decides whether it counts."
        ),
        "reassigned": say(
            "This visit belongs to another group now. This version is kept; the desk decides whether it counts."
        ),
        "replaced": say("This {visited} was replaced. What you submit is kept; the desk decides whether it counts."),
        "void": say("This visit is void. What you submit is kept; the desk decides whether it counts."),
        "withdrawn": say("This questionnaire was taken back. What you submit is judged by the one you filled in."),
        "clock": say("This phone's clock is off. You can go on; the server's time counts."),
        "bad_part": say("A photo or file could not be kept. The answers are complete."),
    }
