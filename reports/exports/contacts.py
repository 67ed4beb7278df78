"""Whether a text holds a way to reach or to identify somebody: telephone, mail address, account of a messenger, number of a card. Pure.

Names, codes and contacts that the lists or the answers know are the matter of `evidence.consents`; these are found by their shape.
"""

import re
import unicodedata

from surveys.fieldwork.reviewing.personal_numbers import holds_number

_ANY_DAY = "9999-12-31"  # a day of birth before it
_BETWEEN = r"[ -]?"
_SHAPES = re.compile(
    rf"(?<![0-9.])(?:\+?0{{0,2}}86{_BETWEEN})?1[3-9][0-9]{_BETWEEN}[0-9]{{4}}{_BETWEEN}[0-9]{{4}}(?!\.?[0-9])"  # mobile
    r"|(?<![0-9.])(?:\(0[1-9][0-9]{1,2}\)|0[1-9][0-9]{1,2})[ -]?[2-8][0-9]{6,7}(?![0-9])"  # land line with its area
    r"|(?<![0-9.])[48]00[ -]?[0-9]{3,4}[ -]?[0-9]{3,4}(?![0-9])"
    r"|(?:电话|手机|座机|致电|联系|传真|\btel\b|\bphone\b)[^0-9]{0,6}[2-8][0-9]{6,7}(?![0-9])"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:微信|QQ|qq|wechat|WeChat)号?[：: 是为]{0,3}[A-Za-z0-9][\w-]{4,}"
)


def holds_contact(text: str) -> bool:
    """Whether there is any."""
    plain = unicodedata.normalize("NFKC", text)
    return bool(_SHAPES.search(plain)) or holds_number(text, "", _ANY_DAY)
