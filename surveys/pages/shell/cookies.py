"""What a cookie is called on this connection. Touches the request alone.

Over TLS a name begins with `__Host-`: a browser takes such a cookie only from this very host, over TLS, for all of it; no other host
of the domain and nobody on the way without TLS can lay one of theirs in its place.
"""

from flask import request


def name_of(cookie: str) -> str:
    """The name under which `cookie` goes out and comes back."""
    return f"__Host-{cookie}" if request.is_secure else cookie
