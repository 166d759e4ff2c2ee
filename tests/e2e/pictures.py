"""Makes the pictures of docs/STATUS.md, of a server that has something to show:

    DYNDNS53_BIN=build/server/dyndns53 /usr/bin/python3 -m pytest tests/e2e/pictures.py

No test: it is run when the pages look different.
"""

from pathlib import Path

import pytest

from sandbox.patience import until

from .browser import NARROW
from .hosts import token_of
from .proxy import forwarded
from .wire import basic

DOCS = Path(__file__).resolve().parents[2] / "docs"
TOKEN = "the-operator-s-own-token"
TABLE = "hostname,token,expect_within,lock_record\n" + "".join(
    f"{name}.example.org,token-of-{name}.example.org,{within},{lock}\n"
    for name, within, lock in [
        ("attic", "1s", ""), ("bakery", "12h", ""), ("cellar", "", ""),
        ("home", "1h", ""), ("nas", "1d", ""), ("office", "1h", "true"),
    ]
)  # fmt: skip


@pytest.fixture
def shown(start, store, sandbox, tmp_path):
    store((TABLE + "-bad-.example.org,x,,\n").encode())
    service = start(
        DYNDNS_ADMIN_TOKEN=TOKEN,
        DYNDNS_RESOLVER=f"127.0.0.1:{sandbox.dns_port}",
        DYNDNS_LISTEN="127.0.0.1:0",
        DYNDNS_STATE=str(tmp_path / "state"),
        DYNDNS_STATE_SECONDS=1,
        DYNDNS_ALERT_AFTER_SECONDS=1,
    )
    for number, name in enumerate(("attic", "bakery", "home", "nas"), 1):
        call(service, name, f"198.51.100.{number}", "ddclient/4.0.0")
    call(service, "home", "203.0.113.77", "fritz!box 7590")
    call(service, "cellar", "192.0.2.66", "curl/8.7.1", token="guess")
    call(service, "office", "203.0.113.80", "inadyn/2.12.0")

    def is_shown():
        page = service.get("/status", [basic("admin", TOKEN)]).body
        parts = ("1 silent for", "the host is locked", "this one", "is silent", "are left out<")
        return all(part in page for part in parts)

    until(is_shown, "all of it on the page")
    return service


def call(service, name, address, agent, token=None):
    host = f"{name}.example.org"
    headers = [basic(host, token or token_of(host)), ("User-Agent", agent)]
    return service.get("/register_ip", **forwarded(address, headers=headers))


def height_of(browser, most):
    """Not all of a long page, for pictures are to be small."""
    return min(browser.driver.execute_script("return document.body.scrollHeight"), most)


@pytest.mark.parametrize("dark", [False, True])
def test_pictures(shown, browse, dark):
    browser = browse(dark=dark, size=(920, 900))
    browser.open(shown, "/status", "admin", TOKEN)
    name, most = ("status-dark", 800) if dark else ("status-light", 2300)
    browser.picture(DOCS / f"{name}.png", height_of(browser, most))
    if not dark:
        browser.resize(NARROW)
        browser.open(shown, "/", "home.example.org", token_of("home.example.org"))
        browser.picture(DOCS / "owner-narrow.png", height_of(browser, 1200))
