"""/: what the owner of a host sees, and the button that registers his address."""

import socket

import pytest
from selenium.webdriver.common.keys import Keys

from sandbox.patience import PATIENCE_SECONDS, until

from .browser import NARROW
from .hosts import token_of
from .journal import SNAPSHOT, ago, calls, change, snapshot, text_of
from .proxy import forwarded
from .test_hash_v2 import hash_of
from .test_hashed_tokens import scrypt
from .wire import basic

HOST = "a.example.org"
OWNER = basic(HOST, token_of(HOST))
EVIL = '"><script>document.title="taken"</script><b>&'
OWN = "dyndns.example.org"  # the Host that wire.request() sends
FORM = ("Content-Type", "application/x-www-form-urlencoded")

TABLE = (
    "hostname,token,user,lock_record\n"
    "a.example.org,token-of-a.example.org,,\n"
    "nas.example.org,s3cret-of-alice,alice,\n"
    "tv.example.org,s3cret-of-alice,alice,true\n"
)


@pytest.fixture
def owned(start, store, sandbox):
    """A server for a.example.org, and alice's nas.example.org and tv.example.org,
    which asks the sandbox about DNS."""
    store(TABLE.encode())
    resolver = f"127.0.0.1:{sandbox.dns_port}"
    return start(
        DYNDNS_RESOLVER=resolver, DYNDNS_ALLOW_INTERNAL="true", DYNDNS_ADMIN_TOKEN="x" * 16
    )


def look(service, path="/", credentials=OWNER, **more):
    return service.get(path, [credentials] if credentials else [], **more)


def look_for(service, text, path="/", credentials=OWNER):
    def has_it():
        page = look(service, path, credentials).body
        return text in page and page

    return until(has_it, f"{text} on {path}")


def press(service, host, credentials=OWNER, headers=None, **more):
    """What a browser sends when the button is pressed."""
    if headers is None:
        headers = [("Origin", f"http://{OWN}"), ("Sec-Fetch-Site", "same-origin")]
    all_of_them = [*headers, FORM, *([credentials] if credentials else [])]
    return service.request("POST", "/register", all_of_them, f"hostname={host}".encode(), **more)


# --- who may


@pytest.mark.parametrize(
    "credentials",
    [
        None,
        basic(HOST, "wrong"),
        basic(HOST, ""),
        basic("nobody.example.org", token_of(HOST)),
        basic("admin", "x" * 16),
        ("Authorization", "Bearer x"),
    ],
)
def test_nobody_else_sees_it(owned, credentials):
    reply = look(owned, credentials=credentials)
    assert (reply.status, reply.header("Content-Type")) == (401, "text/html; charset=utf-8")
    assert reply.header("WWW-Authenticate") == 'Basic realm="dyndns53"'
    assert HOST not in reply.body
    assert press(owned, HOST, credentials).status == 401


def test_an_owner_sees_his_own_alone(owned):
    assert f"<h1><bdi>{HOST}</bdi></h1>" in look(owned).body
    for other in ("nas.example.org", "nobody.example.org"):
        reply = look(owned, f"/?host={other}")
        assert reply.status == 404 and other not in reply.body
        assert "told=nohost" in press(owned, other).header("Location")


def test_a_user_sees_all_of_his(owned):
    alice = basic("alice", "s3cret-of-alice")
    page = look(owned, credentials=alice).body
    assert "<h1><bdi>nas.example.org</bdi></h1>" in page and "?host=tv.example.org" in page
    page = look(owned, "/?host=tv.example.org", alice).body
    assert "<h1><bdi>tv.example.org</bdi></h1>" in page and "This host is locked" in page
    assert HOST not in page


def test_a_hashed_token_opens_it_too(start):
    service = start((HOST, scrypt(token_of(HOST))))
    assert look(service).status == 200
    assert look(service, credentials=basic(HOST, "wrong")).status == 401


def test_whose_link_it_was_matters_not_for_looking(owned):
    headers = [OWNER, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")]
    assert owned.get("/", headers).status == 200


@pytest.mark.parametrize("mode", ["no-cors", "cors", "same-origin", "websocket", ""])
def test_no_other_site_loads_it_behind_its_owner(owned, mode):
    """As an image, or by a script: there it is for nobody's eyes."""
    elsewhere = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", mode)]
    for credentials in ([OWNER], []):
        reply = owned.get("/", [*credentials, *elsewhere])
        assert reply.status == 403 and reply.said.startswith("nothing is shown")
        assert reply.header("WWW-Authenticate") is None
    owned.wait_for_event("cross_site_refused", value="cross-site")


@pytest.mark.parametrize(
    "headers",
    [
        [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Mode", "cors")],
        [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Mode", "no-cors")],
        [("Sec-Fetch-Mode", "cors")],
    ],
)
def test_all_else_may_load_it(owned, headers):
    assert owned.get("/", [OWNER, *headers]).status == 200


def test_wrong_passwords_are_counted_logged_and_told_the_operator(start):
    service = start(HOST, DYNDNS_MAX_FAILURES=2, DYNDNS_ADMIN_TOKEN="x" * 16)
    for number in range(2):
        wrong = basic(HOST, f"guess{number}")
        assert service.get("/", **forwarded("192.0.2.66", headers=[wrong])).status == 401
    reply = service.get("/", **forwarded("192.0.2.66", headers=[OWNER]))
    assert (reply.status, reply.header("WWW-Authenticate")) == (429, None)
    service.wait_for_event("badauth", host=HOST, client="192.0.2.66")
    look_for(service, "wrong login or token", "/status", basic("admin", "x" * 16))
    assert "guess" not in service.log.text()


# --- the serverless protocol has the same URL


@pytest.mark.parametrize(
    "query", ["?mode=get", "?mode=none", "?mode", "?hostname=a&hash=b", "?internalIp=192.0.2.1"]
)
def test_whoever_speaks_the_serverless_protocol_is_answered_by_it(owned, query):
    reply = owned.get(f"/{query}", [OWNER])
    assert (reply.status, reply.header("Content-Type")) == (200, "application/json")


def test_so_is_who_shows_an_api_key(start):
    service = start(HOST, DYNDNS_API_KEY="an-api-key")
    assert service.get("/", [("x-api-key", "wrong")]).status == 403
    assert "You must pass" in service.get("/", [("x-api-key", "an-api-key")]).body
    assert look(service).status == 200


def test_a_hash_is_still_good(owned):
    proof = hash_of("192.0.2.7", HOST + ".", token_of(HOST))
    reply = owned.get(f"/?mode=set&hostname={HOST}&hash={proof}", **forwarded("192.0.2.7"))
    assert "has been set to 192.0.2.7" in reply.body


# --- what is told


def test_records_and_what_dns_says_of_them(owned):
    assert owned.update(HOST, "192.0.2.1").said == "good 192.0.2.1"
    told = [
        "192.0.2.1</span> since",
        '<span class="code">192.0.2.1</span> <span class="good">the same</span>',
        "no such record",  # of IPv6
    ]

    def is_told():
        page = look(owned).body
        return all(words in page for words in told)

    until(is_told, "records, and what DNS says of them")


def test_a_name_server_that_is_silent_keeps_nobody(start):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        service = start(HOST, DYNDNS_RESOLVER=f"127.0.0.1:{silent.getsockname()[1]}")
        reply = look(service)
        silent.settimeout(PATIENCE_SECONDS)
        assert silent.recv(512)  # it was asked
    assert reply.status == 200 and "no name server answered" in reply.body


def test_one_that_is_not_there_is_told_of(start, free_port):
    reply = look(start(HOST, DYNDNS_RESOLVER=f"127.0.0.1:{free_port}"))
    assert reply.status == 200 and "no name server answered" in reply.body


def test_the_history_is_his_own(owned):
    owned.update(HOST, "192.0.2.1", token="wrong", headers=[("User-Agent", EVIL)])
    owned.update("nas.example.org", "192.0.2.2", token="wrong")
    page = look_for(owned, "wrong login or token")
    assert "<script>" not in page and "nas.example.org" not in page


def test_without_a_history_the_rest_is_told(start, sandbox):
    service = start(HOST, DYNDNS_RESOLVER=f"127.0.0.1:{sandbox.dns_port}")
    service.update(HOST, "192.0.2.1")
    page = look(service).body
    assert "This server keeps no history" in page and "192.0.2.1</span>" in page


def test_the_settings_name_this_service(owned):
    page = look(owned).body
    assert f"http://{OWN}/nic/update?hostname=&lt;domain&gt;&amp;myip=" in page
    headers = [OWNER, ("X-Forwarded-Proto", "https")]
    assert f"https://{OWN}/nic/update" in owned.get("/", headers).body
    assert token_of(HOST) not in page


# --- who had the name before

NEW_TOKEN = "the-new-owner-s-own"
NEW_OWNER = basic(HOST, NEW_TOKEN)
ADMIN = basic("admin", "x" * 16)
FORMER = ["wrong login or token", "stranger/1", "A record set", "192.0.2.65"]


@pytest.fixture
def keep(start, journal):
    """Starts a server that writes down what happens."""

    def keep(*hosts):
        service = start(
            *hosts, DYNDNS_STATE=journal.where, DYNDNS_STATE_SECONDS=1,
            DYNDNS_ADMIN_TOKEN="x" * 16,
        )  # fmt: skip
        service.wait_for_event("state_read")
        return service

    return keep


@pytest.fixture
def hand_over(tool, journal):
    """Gives the name to somebody else, as docs/STATUS.md says."""

    def run(*arguments, **more):
        finished = tool(*arguments, DYNDNS_STATE=journal.where, **more)
        assert finished.returncode == 0, finished.stderr

    def load(service):
        before = len(service.events("table_loaded"))
        service.reload()
        until(lambda: len(service.events("table_loaded")) > before, "the table to be read")

    def hand_over(service):
        run("remove-host", HOST)
        load(service)
        run("add-host", HOST, "--token", "-", stdin=NEW_TOKEN.encode())
        load(service)
        until(lambda: look(service, credentials=NEW_OWNER).status == 200, "the host to be his")
        look_for(service, "add-host", f"/status?host={HOST}", ADMIN)

    return hand_over


def assert_former_is_for_the_operator_alone(service):
    page = look(service, credentials=NEW_OWNER).body
    assert [word for word in FORMER if word in page] == []
    assert "No record was changed lately, and no call was refused" in page
    assert "192.0.2.66</span> since" not in page
    page = look(service, f"/status?host={HOST}", ADMIN).body
    assert [word for word in FORMER if word not in page] == []


def test_a_new_owner_sees_nothing_of_the_former_one(keep, hand_over, tool, journal):
    service = keep(HOST, "b.example.org")
    assert service.update(HOST, "192.0.2.65").said == "good 192.0.2.65"
    assert service.update(HOST, "192.0.2.66").said == "good 192.0.2.66"
    service.update(HOST, "192.0.2.1", token="wrong", headers=[("User-Agent", "stranger/1")])
    page = look_for(service, "stranger/1")
    assert [word for word in FORMER if word not in page] == []
    assert "192.0.2.66</span> since" in page
    hand_over(service)
    assert_former_is_for_the_operator_alone(service)
    service.stop()
    assert "stranger/1" in tool("history", HOST, DYNDNS_STATE=journal.where).stdout

    service = keep()  # which reads all of it
    assert_former_is_for_the_operator_alone(service)

    def is_told_of_his_own():
        agent = [("User-Agent", "owner/2")]
        reply = service.update(HOST, "192.0.2.66", token=NEW_TOKEN, headers=agent)
        assert reply.status == 200
        return "owner/2" in look(service, credentials=NEW_OWNER).body

    until(is_told_of_his_own, "the new owner's calls")
    assert_former_is_for_the_operator_alone(service)


def test_a_snapshot_says_since_when_a_name_is_his(keep, journal):
    """Without the edit, which is long forgotten."""
    then, added = ago(days=9), text_of(ago(days=8))
    refusal = {
        "client": "198.51.100.9", "agent": "stranger/1", "outcome": "badauth",
        "reason": "wrong login or token", "refusals": 1,
    }  # fmt: skip
    host = {
        "host": HOST, "ipv4": "192.0.2.66", "ipv4_updated_at": text_of(then),
        "called_at": text_of(then), "accessed_at": text_of(then), "added_at": added, **refusal,
    }  # fmt: skip
    refused = calls(then, HOST, "badauth", reason=refusal["reason"], agent="stranger/1", refused=1)
    changed = change(then, HOST, "192.0.2.66", "192.0.2.65")
    journal.put(SNAPSHOT, snapshot(ago(minutes=9), host, refused, changed))
    service = keep((HOST, NEW_TOKEN))
    assert_former_is_for_the_operator_alone(service)


# --- the button


def test_the_button_registers_the_address_of_the_caller(owned, dig):
    reply = press(owned, HOST)
    assert (reply.status, reply.header("Location")) == (303, f"/?host={HOST}&told=good")
    assert dig(HOST) == ["127.0.0.1"]
    assert "told=nochg" in press(owned, HOST).header("Location")
    assert "Your address is registered." in look(owned, reply.header("Location")).body


def test_through_a_proxy_it_is_the_address_before_it(owned, dig):
    headers = [("Origin", f"http://{OWN}"), FORM, OWNER]
    reply = owned.request(
        "POST", "/register", body=f"hostname={HOST}".encode(),
        **forwarded("198.51.100.7", headers=headers)
    )
    assert "told=good" in reply.header("Location")
    assert dig(HOST) == ["198.51.100.7"]


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Origin", "https://evil.example.com")],
        [("Origin", "null")],
        [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site"), ("Origin", f"http://{OWN}")],
        [("Referer", f"http://{OWN}/")],
    ],
)
def test_no_other_page_and_no_program_presses_it(owned, dig, headers):
    reply = press(owned, HOST, headers=headers)
    assert (reply.status, reply.header("WWW-Authenticate")) == (403, None)
    assert dig(HOST) == []
    owned.wait_for_event("cross_site_refused")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_presses_nothing(owned, dig, method):
    assert owned.request(method, f"/register?hostname={HOST}", [OWNER]).status == 405
    assert dig(HOST) == []


def test_a_locked_host_is_told_to_be(owned):
    reply = press(owned, "tv.example.org", basic("alice", "s3cret-of-alice"))
    assert reply.header("Location") == "/?host=tv.example.org&told=locked"


def test_what_a_link_says_was_done_is_not_believed(owned):
    page = look(owned, "/?told=%3Cscript%3E").body
    assert "script&gt;" not in page and 'class="told' not in page


# --- in a browser


@pytest.fixture
def owner(owned, browse):
    """A browser, signed in."""
    browser = browse()
    browser.open(owned, "/", HOST, token_of(HOST))
    return browser


def test_a_person_signs_in_and_registers_his_address(owner, dig):
    assert owner.one("h1").text == HOST
    owner.click("form button")
    assert "Your address is registered." in owner.text
    assert "told=good" in owner.path
    assert dig(HOST) == ["127.0.0.1"]
    owner.click("form button")
    assert "registered already" in owner.text
    assert owner.complaints() == []


def test_so_does_one_without_scripts_and_without_a_mouse(owned, browse, dig):
    browser = browse(scripts=False)
    browser.open(owned, "/", HOST, token_of(HOST))
    for _ in range(6):
        browser.press(Keys.TAB)
        if browser.focused().tag_name == "button":
            break
    browser.press_enter()
    assert "Your address is registered." in browser.text
    assert dig(HOST) == ["127.0.0.1"]


def test_a_wrong_token_opens_nothing(owned, browse):
    browser = browse()
    browser.open(owned, "/", HOST, "wrong")
    assert HOST not in browser.text


def test_no_agent_carries_markup_into_it(owned, owner):
    owned.update(HOST, "192.0.2.1", token="wrong", headers=[("User-Agent", EVIL)])
    look_for(owned, "wrong login or token")
    owner.open(owned, "/")
    assert EVIL in owner.text
    assert owner.driver.title == HOST and owner.all("main b") == []


def test_no_row_carries_markup_into_a_page(start, store, browse):
    """Neither one that is in service nor one that is left out."""
    user = EVIL + "'$(id)"
    quoted = user.replace('"', '""')
    bad = "<b>x</b>.example.org"
    store(f'hostname,token,user\n{HOST},{token_of(HOST)},"{quoted}"\n{bad},t,\n'.encode())
    service = start(DYNDNS_ADMIN_TOKEN="x" * 16)
    owner, operator = browse(), browse()
    owner.open(service, "/", user, token_of(HOST))
    assert (owner.one("h1").text, owner.driver.title) == (HOST, HOST)
    assert user in owner.text
    operator.open(service, "/status", "admin", "x" * 16)
    assert "line 3" in operator.one("#left-out").text
    for path in ("/status", f"/status?host={HOST}"):
        operator.open(service, path)
        assert "taken" not in operator.driver.title
        assert operator.all("b") == []
        assert HOST in operator.text
    assert owner.all("b") == []
    assert owner.complaints() == operator.complaints() == []


def test_it_is_for_everybody(owned, browse):
    """Light and dark, wide and narrow, for a screen reader too."""
    owned.update(HOST, "192.0.2.1")
    owned.update(HOST, "192.0.2.1", token="wrong")
    look_for(owned, "wrong login or token")
    for dark in (False, True):
        browser = browse(dark=dark)
        browser.open(owned, "/?told=locked", HOST, token_of(HOST))
        assert browser.violations() == []
        browser.resize(NARROW)
        assert browser.violations() == []
        assert not browser.is_too_wide()
