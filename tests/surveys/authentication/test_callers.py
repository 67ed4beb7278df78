"""Where a request comes from: only a trusted proxy is believed, and what is kept of an address is shortened."""

import pytest

from surveys.authentication.callers import NEAR, browser_name, caller_address, network_of, networks_of, shortened


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9, 127.0.0.1", "203.0.113.9"),
        ("203.0.113.9", "10.0.0.1", "203.0.113.9"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        (None, "203.0.113.9", ""),
    ],
)
def test_only_what_a_trusted_proxy_wrote_is_believed(peer: str | None, forwarded: str | None, address: str) -> None:
    assert caller_address(peer, forwarded, networks_of(NEAR)) == address


@pytest.mark.parametrize(
    ("address", "short", "network"),
    [
        ("10.0.3.21", "10.0.*.21", "10.0.3.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:*:6", "2001:db8:1::/48"),
        ("", "—", "unknown"),
    ],
)
def test_what_is_kept_and_what_is_counted_of_an_address(address: str, short: str, network: str) -> None:
    assert (shortened(address), network_of(address)) == (short, network)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0",
            "Edge · Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36",
            "Chrome · Linux",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1 MicroMessenger/8.0", "WeChat · iOS"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Version/17.0 Safari/605.1.15", "Safari · macOS"),
        ("", "—"),
    ],
)
def test_a_browser_in_plain_words(agent: str, name: str) -> None:
    assert browser_name(agent) == name
