"""Which addresses a hub may have, and what is never sent; the line itself is tested against real servers in tests/integration."""

import pytest

from sync.transport import Call, HttpTransport, Limits, LineFault, checked_base


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://hub.example", "https://hub.example"),
        ("https://hub.example:8443/kopilka/", "https://hub.example:8443/kopilka"),
        ("http://127.0.0.1:8780", "http://127.0.0.1:8780"),
        ("http://[::1]:8780/", "http://[::1]:8780"),
        ("http://localhost:8780", "http://localhost:8780"),
    ],
)
def test_addresses(url, base):
    assert checked_base(url) == base


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hub.example",
        "ftp://hub",
        "https://",
        "http://hub.example",
        "https://u:p@hub",
        "https://hub/?a=1",
        "https://hub/#a",
        "http://127.0.0.1.evil.example",
    ],
)
def test_what_is_no_address_of_a_hub(url):
    with pytest.raises(ValueError):
        checked_base(url)


def test_a_body_beyond_the_limit_is_not_sent():
    transport = HttpTransport("http://127.0.0.1:1", monotonic=lambda: 0.0, limits=Limits(body=10))
    with pytest.raises(LineFault) as found:
        transport.send(Call("POST", "/", b"x" * 11))
    assert found.value.code == "body-too-large"
