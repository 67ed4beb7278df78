"""Which names a form can have: a name becomes an XML element, so the XML parser decides, not the Unicode tables.

The parser knows the name characters of XML 1.0 as of its fourth edition: common Chinese characters, but neither rare ones
(㙍, 鿏, 𠮷) nor full-width letters.
"""

import re
import unicodedata
from functools import lru_cache
from xml.parsers import expat

_UNUSUAL_SPACE = re.compile(r"[^\S ]")


def unusual_space(text: str) -> bool:
    """Whether a cell holds a space other than the plain one: Chinese input methods and web pages leave them."""
    return _UNUSUAL_SPACE.search(text) is not None


def only_space_is_wrong(name: str) -> bool:
    """Whether the name would do with underscores for its spaces."""
    candidate = "_".join(name.split())
    return candidate != name and suggested_name(name) == candidate


@lru_cache(maxsize=4096)
def _fits(name: str) -> bool:
    try:
        expat.ParserCreate().Parse(f"<{name}/>", True)
    except expat.ExpatError:
        return False
    return True


def unfit(name: str) -> str:
    """The first character of a name of letters and digits that the XML parser does not take; empty when it takes them all."""
    if _fits(name):
        return ""
    return next((character for character in name if not _fits(f"q{character}")), name[:1])


def suggested_name(name: str) -> str:
    """The name as near as it can be."""
    clean = re.sub(r"[^\w.\-]+", "_", unicodedata.normalize("NFKC", name))
    clean = "".join(character if _fits(f"q{character}") else "_" for character in clean).strip("_") or "name"
    return clean if re.match(r"[^\W\d]", clean) and _fits(clean) else f"q_{clean}"
