"""Where a request comes from: its address behind the trusted proxy, its network, its browser in plain words. Touches nothing."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
NEAR = "127.0.0.0/8,::1/128"  # the proxy of deploy/nginx.conf stands on the same machine
NETWORK_BITS = {4: 24, 6: 48}  # whose addresses count as one guesser
_BROWSERS = (  # the first that fits: most browsers name others as well
    (r"MicroMessenger|WeChat", "WeChat"),
    (r"DingTalk", "DingTalk"),
    (r"QIHU|360SE|360EE", "360"),
    (r"QQBrowser", "QQ Browser"),
    (r"UOS|Deepin", "UOS Browser"),
    (r"Edg(?:e|A|iOS)?/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"HeadlessChrome/|Chrome/|CriOS/|Chromium/", "Chrome"),
    (r"Safari/", "Safari"),
)
_SYSTEMS = (
    (r"Windows", "Windows"),
    (r"HarmonyOS|OpenHarmony", "HarmonyOS"),
    (r"Android", "Android"),
    (r"iPhone|iPad|iPod", "iOS"),
    (r"Macintosh|Mac OS X", "macOS"),
    (r"UOS|Kylin|Deepin|Linux", "Linux"),
)


@dataclass(frozen=True)
class Caller:
    """Who sends a request, as far as sign-in goes. `known` is the cookie of a browser that signed in before."""

    address: str
    user_agent: str
    known: str | None = None

    @property
    def network(self) -> str:
        return network_of(self.address)

    @property
    def short_address(self) -> str:
        return shortened(self.address)

    @property
    def browser(self) -> str:
        return browser_name(self.user_agent)


def networks_of(text: str) -> list[Network]:
    """The networks of a setting, separated by commas. Raises ValueError for what is none."""
    return [ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]


def caller_address(peer: str | None, forwarded_for: str | None, trusted: Sequence[Network]) -> str:
    """The caller's address: the peer's own, or, where the peer is a trusted proxy, the last that no trusted proxy has.

    What stands further left in X-Forwarded-For was written by the caller and is not believed. "" where nothing is an address.
    """
    hops = [part.strip() for part in (forwarded_for or "").split(",") if part.strip()]
    address = _plain(peer)
    while address is not None and hops and any(address in network for network in trusted):
        nearer = _plain(hops.pop())
        if nearer is None:
            break
        address = nearer
    return str(address) if address is not None else ""


def look_behind_proxy(environ: dict[str, Any], trusted: Sequence[Network]) -> None:
    """Let whatever asks a request for its address (trail, limits) get the caller's, not the proxy's."""
    caller = caller_address(environ.get("REMOTE_ADDR"), environ.get("HTTP_X_FORWARDED_FOR"), trusted)
    if caller:
        environ["REMOTE_ADDR"] = caller


def network_of(address: str) -> str:
    """The network that an address counts to when guesses are counted: /24 of IPv4, /48 of IPv6."""
    plain = _plain(address)
    if plain is None:
        return "unknown"
    return str(ipaddress.ip_network((plain, NETWORK_BITS[plain.version]), strict=False))


def shortened(address: str) -> str:
    """An address as a trail keeps it: 10.0.3.21 → 10.0.*.21; of IPv6 the first two groups and the last."""
    plain = _plain(address)
    if plain is None:
        return "—"
    if plain.version == 4:
        first, second, _third, fourth = str(plain).split(".")
        return f"{first}.{second}.*.{fourth}"
    groups = [group.lstrip("0") or "0" for group in plain.exploded.split(":")]
    return f"{groups[0]}:{groups[1]}:*:{groups[-1]}"


def browser_name(user_agent: str | None) -> str:
    """A browser and its system in plain words: "Edge · Windows". No version: it would tell machines apart."""
    text = user_agent or ""
    names = [next((name for pattern, name in kinds if re.search(pattern, text)), "") for kinds in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, names)) or "—"


def _plain(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address((text or "").strip("[] "))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
