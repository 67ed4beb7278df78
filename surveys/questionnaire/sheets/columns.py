"""The columns and question types of XLSForm as this house knows them: one name for each, and what is not supported."""

import re
from dataclasses import dataclass
from functools import lru_cache

_ALIASES = {
    "relevance": "relevant",
    "read_only": "readonly",
    "calculate": "calculation",
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "constraining_message": "constraint_message",
    "requiredmsg": "required_message",
    "list name": "list_name",
    "bind::relevant": "relevant",
    "bind::constraint": "constraint",
    "bind::required": "required",
    "bind::calculate": "calculation",
    "bind::readonly": "readonly",
}
_CHOICE_ALIASES = ("caption", "value", "list name")
MOST_INSTANCES = 1000  # of one repeat: what a sheet may ask for and a visit may hold
MEDIA = ("image", "big-image", "audio", "video")
TRANSLATED = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
RULES = ("relevant", "constraint", "required", "readonly", "calculation", "choice_filter", "repeat_count")
KNOWN_SURVEY = frozenset(
    ("type", "name", "appearance", "parameters", "default", "trigger", "disabled", *TRANSLATED, *MEDIA, *RULES)
)
IGNORED_SURVEY = (
    "media",
    "autoplay",
    "rows",
    "body",
    "bind",
    "instance",
    "sms_field",
)
UNSUPPORTED_SURVEY = ("save_to", "query")
KNOWN_SETTINGS = frozenset(
    [
        "form_title",
        "form_id",
        "version",
        "default_language",
        "style",
        "instance_name",
        "allow_choice_duplicates",
        "title",
        "id_string",
        "name",
        "clean_text_values",
    ]
)
OWN_SHEETS = ("survey", "choices", "settings", "diaoyan", "diaoyan_tables")
UNSUPPORTED_SHEETS = ("entities", "osm", "external_choices")
# The property of a definition → the column of its rule.
COLUMN_OF = {
    "calculate": "calculation",
    "count": "repeat_count",
    "items": "choice_filter",
    "cmsg": "constraint_message",
    "rmsg": "required_message",
    "jr:constraintMsg": "constraint_message",
    "jr:requiredMsg": "required_message",
    "guidance": "guidance_hint",
}

FROM_FILE = {
    "select_one_from_file": "select_one",
    "select_multiple_from_file": "select_multiple",
    "select one from file": "select_one",
    "select multiple from file": "select_multiple",
}
LIST_ENDINGS = (".csv", ".geojson", ".xml")
SELECTS = {
    "select_one": "select_one",
    "select one": "select_one",
    "select one from": "select_one",
    "select1": "select_one",
    "add select one prompt using": "select_one",
    "select_multiple": "select_multiple",
    "select multiple": "select_multiple",
    "select all that apply": "select_multiple",
    "select all that apply from": "select_multiple",
    "add select multiple prompt using": "select_multiple",
    "rank": "rank",
}
PLAIN_TYPES = frozenset(
    [
        "text",
        "string",
        "integer",
        "int",
        "decimal",
        "date",
        "time",
        "datetime",
        "dateTime",
        "note",
        "calculate",
        "hidden",
        "geopoint",
        "geotrace",
        "geoshape",
        "gps",
        "location",
        "image",
        "photo",
        "audio",
        "video",
        "file",
        "barcode",
        "acknowledge",
        "trigger",
        "range",
        "start",
        "end",
        "today",
        "csv-external",
    ]
)
# Nobody is asked: worked out, filled in by the visit itself, or always empty.
METADATA = ("username", "deviceid", "phonenumber", "email", "imei", "simserial", "subscriberid")
FILLED = ("username", "deviceid")  # metadata that the visit itself gives
ALWAYS_EMPTY = frozenset(METADATA) - set(FILLED)
IGNORED_TYPES = ALWAYS_EMPTY | {"audit"}
UNASKED = frozenset(("calculate", "hidden", "start", "end", "today", "audit", "csv-external", *METADATA))
YES = ("yes", "true", "true()")
NO = ("", "no", "false", "false()")
KOBO_REST = "kobo"  # a row that goes with the beginning of a question of KoboToolbox's own
UNSUPPORTED_TYPES = frozenset(
    [
        "kobo score",
        "kobo rank",
        "kobo kobomatrix",
        "select_one_external",
        "xml-external",
        "background-audio",
        "background-geopoint",
        "start-geopoint",
        "osm",
        "uri",
        "cascading_select",
    ]
)
# Names of the first years of XLSForm that are still found in old forms.
_OLD_NAMES = {
    "date time": "dateTime",
    "percentage": "integer",
    "number of days in last month": "integer",
    "number of days in last six months": "integer",
    "number of days in last year": "integer",
    "start time": "start",
    "get start time": "start",
    "end time": "end",
    "get end time": "end",
    "get today": "today",
    "device id": "deviceid",
    "get device id": "deviceid",
    "phone number": "phonenumber",
    "get phone number": "phonenumber",
    "sim id": "simserial",
    "get sim id": "simserial",
    "subscriber id": "subscriberid",
    "get subscriber id": "subscriberid",
    "add date time prompt": "dateTime",
    "q date time": "dateTime",
    "q picture": "image",
    "q string": "text",
}
_OLD_FRAME = re.compile(r"(?:add (\w+) prompt|q (\w+)|uri:(\w+))")
_KOBO = re.compile(r"(begin|end)[ _](score|rank|kobomatrix)|(score|rank)__(row|level)", re.IGNORECASE)
_GROUP = re.compile(r"(begin|end)[ _](group|repeat|loop|looped group|lgroup)((?<=loop) (?:over )?\S+)?", re.IGNORECASE)
_OTHER = re.compile(r"(.*\S) (?:or_other|or other|or specify other)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its one name, and the language it is in (None when it has none)."""

    base: str
    language: str | None = None


@lru_cache(maxsize=512)
def column_of(header: str) -> Column:
    """`label::English (en)` → label in that language; aliases get their one name."""
    lowered = header.strip().lower()
    if lowered in _ALIASES:
        return Column(_ALIASES[lowered])
    if lowered.startswith("media::"):
        header = header.strip()[len("media::") :]
    base, separator, language = header.partition("::")
    if not separator and header.partition(":")[0].strip().lower() in TRANSLATED:
        base, separator, language = header.partition(":")
    base = base.strip().lower().replace(" ", "_")
    base = _ALIASES.get(base, base)
    return Column(base, language.strip() if separator and base in (*TRANSLATED, *MEDIA) else None)


def choice_column_of(header: str) -> Column:
    """The same for the sheet choices, where only a few columns have other names and any further one may filter."""
    lowered = header.strip().lower()
    return Column(lowered) if lowered in _ALIASES and lowered not in _CHOICE_ALIASES else column_of(header)


@dataclass(frozen=True, slots=True)
class TypeWords:
    """The cell `type`, taken apart: what it is, its list, and whether “other” is offered."""

    kind: str  # a type of XLSForm; "begin group", "end repeat", …; "" when it is not known
    list_name: str = ""
    or_other: bool = False

    @property
    def from_file(self) -> bool:
        """Whether the choices stand in an attached file, which `list_name` then names."""
        return self.list_name.lower().endswith(LIST_ENDINGS)


def read_type(text: str) -> TypeWords:
    """The parts of a type cell; `kind` is empty for a type that XLSForm does not know."""
    text = " ".join(text.split())
    group = _GROUP.fullmatch(text)
    if group:
        what = "repeat" if group[2].lower() in ("looped group", "lgroup") else group[2].lower()
        return TypeWords(f"{group[1].lower()} {what}")
    if kobo := _KOBO.fullmatch(text):  # what stands between goes with its beginning
        return TypeWords(f"kobo {(kobo[2] or '').lower()}" if (kobo[1] or "").lower() == "begin" else KOBO_REST)
    words = text.split(" ")
    if words[0] in UNSUPPORTED_TYPES:
        return TypeWords(words[0])
    other = _OTHER.fullmatch(text)
    bare = other[1] if other else text
    for phrase, kind in FROM_FILE.items():
        if bare.lower().startswith(phrase + " "):
            return TypeWords(kind, bare[len(phrase) + 1 :].strip(), other is not None)
    words = bare.split(" ")
    for length in (5, 4, 3, 2, 1):
        kind = SELECTS.get(" ".join(words[:length]).lower())
        if kind and len(words) >= length:
            return TypeWords(kind, " ".join(words[length : length + 1]), other is not None)
    types = PLAIN_TYPES | IGNORED_TYPES | set(FILLED)
    if text not in types and (old := _old_name(text)) in types:
        return TypeWords(old)
    return TypeWords(text if text in types else text.lower() if text.lower() in types else "")


def _old_name(text: str) -> str:
    """The type that an old name stands for; empty for anything else."""
    framed = _OLD_FRAME.fullmatch(text)
    words = framed.groups() if framed else ()
    return _OLD_NAMES.get(text.lower(), "") or next((word for word in words if word), "")
