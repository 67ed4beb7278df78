"""JSON as requests bring it: what no text can hold, or is nested without end, is no JSON here. Touches nothing."""

from typing import Any

from flask.json.provider import DefaultJSONProvider


class StrictJson(DefaultJSONProvider):
    """As Flask's, whose reader takes half a surrogate pair for a text and runs out of stack on five thousand brackets."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value of a text. Raises ValueError, which Flask answers with 400."""
        try:
            value = super().loads(s, **kwargs)
            if b"\\u" in s if isinstance(s, bytes) else "\\u" in s:
                self.dumps(value, ensure_ascii=False).encode()
        except RecursionError:
            raise ValueError("nested too deep") from None
        return value
