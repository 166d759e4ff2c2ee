"""/status: what an operator sees, in a browser and without one."""

import pytest
from selenium.webdriver.common.keys import Keys

from sandbox.patience import until

from .browser import NARROW
from .hosts import token_of
from .proxy import forwarded
from .threads import hanging, named
from .wire import basic

TOKEN = "the-operator-s-own-token"
EVIL = '"><script>document.title="taken"</script><b>&'
ADMIN = basic("admin", TOKEN)


@pytest.fixture
def watched(start):
    """A server with the page, for a.example.org, b.example.org and h0 to h249."""
    hosts = ["a.example.org", "b.example.org", *(f"h{n}.example.org" for n in range(250))]
    return start(*hosts, DYNDNS_ADMIN_TOKEN=TOKEN)


@pytest.fixture
def alarmed(start, store, tmp_path):
    """One with alerts, of a.example.org and of a row that was left out."""
    store((f"a.example.org,{token_of('a.example.org')}\n-bad-.example.org,x\n").encode())
    service = start(
        DYNDNS_ADMIN_TOKEN=TOKEN,
        DYNDNS_STATE=tmp_path / "state",
        DYNDNS_STATE_SECONDS=1,
        DYNDNS_ALERT_AFTER_SECONDS=1,
        DYNDNS_ALERT_REFUSALS=1,
    )
    service.update("a.example.org", "192.0.2.1", token="wrong")
    look_for(service, "rows of the table of hosts are left out")
    look_for(service, "a.example.org is refused again and again")
    return service


def look(service, path="/status", credentials=ADMIN, **more):
    return service.get(path, [credentials] if credentials else [], **more)


def look_for(service, text, path="/status"):
    """The page, once it has the text: what happened reaches it in a moment."""

    def has_it():
        page = look(service, path).body
        return text in page and page

    return until(has_it, f"{text} on {path}")


# --- who may


def test_it_is_not_there_unless_asked_for(start):
    service = start("a.example.org")
    assert look(service).status == 404
    assert look(service, credentials=None).status == 404


@pytest.mark.parametrize("name", ["admin", "a.example.org", "", "anybody"])
def test_the_token_opens_it_under_any_name(watched, name):
    assert look(watched, credentials=basic(name, TOKEN)).status == 200


@pytest.mark.parametrize(
    "credentials",
    [
        None,
        basic("admin", TOKEN[:-1]),
        basic("admin", TOKEN + "x"),
        basic("admin", TOKEN.upper()),
        basic("admin", ""),
        basic(TOKEN, "admin"),
        basic("a.example.org", token_of("a.example.org")),
        ("Authorization", f"Bearer {TOKEN}"),
        ("Authorization", TOKEN),
        ("X-Api-Key", TOKEN),
    ],
)
def test_nothing_else_does(watched, credentials):
    reply = look(watched, credentials=credentials)
    assert reply.status == 401
    assert reply.header("WWW-Authenticate") == 'Basic realm="dyndns53 status"'
    assert "a.example.org" not in reply.body and "<h1>Who are you?</h1>" in reply.body
    assert reply.header("Content-Type") == "text/html; charset=utf-8"


def test_the_token_opens_no_host(watched):
    credentials = basic("a.example.org", TOKEN)
    assert watched.get("/register_ip?myip=192.0.2.1", [credentials]).said == "badauth"
    assert watched.get("/", [credentials]).status == 401


def test_it_is_looked_for_in_no_url(start):
    service = start("a.example.org", DYNDNS_ADMIN_TOKEN=TOKEN, DYNDNS_QUERY_AUTH="true")
    path = f"/status?username=admin&password={TOKEN}"
    assert look(service, path, credentials=None).status == 401


def test_who_guesses_is_turned_away(start):
    service = start("a.example.org", DYNDNS_ADMIN_TOKEN=TOKEN, DYNDNS_MAX_FAILURES=3)
    for number in range(3):
        wrong = basic("admin", f"guess-number-{number}-of-three")
        reply = service.get("/status", **forwarded("192.0.2.66", headers=[wrong]))
        assert reply.status == 401
    reply = service.get("/status", **forwarded("192.0.2.66", headers=[ADMIN]))
    assert reply.status == 429
    assert int(reply.header("Retry-After")) > 0
    other = service.get("/status", **forwarded("192.0.2.67", headers=[ADMIN]))
    assert other.status == 200
    service.wait_for_event("address_turned_away", client="192.0.2.66")


def test_the_log_tells_of_a_wrong_token_and_never_the_token(watched):
    wrong = "a-wrong-token-of-the-operator"
    look(watched, credentials=basic("admin", wrong))
    event = watched.wait_for_event("badauth")
    assert event["reason"] == "wrong DYNDNS_ADMIN_TOKEN"
    look(watched)
    look(watched, path=f"/status?search={wrong}")
    assert wrong not in watched.log.text() and TOKEN not in watched.log.text()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_it_is_only_read(watched, method):
    assert watched.request(method, "/status", [ADMIN]).status == 405
    head = watched.request("HEAD", "/status", [ADMIN])
    assert (head.status, head.body) == (200, "")


# --- what a browser is told


POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize("credentials", [ADMIN, None])
def test_a_page_may_do_next_to_nothing(watched, credentials):
    reply = look(watched, credentials=credentials)
    assert reply.header("Content-Security-Policy") == POLICY
    assert reply.header("X-Content-Type-Options") == "nosniff"
    assert reply.header("Referrer-Policy") == "same-origin"
    assert reply.header("Cache-Control") == "no-store"


@pytest.mark.parametrize("path, type", [("/style.css", "text/css"), ("/live.js", "text/javascript")])
def test_its_files_are_sent_once(watched, path, type):
    first = watched.get(path)
    assert (first.status, first.header("Content-Type")) == (200, type)
    assert first.header("Cache-Control") == "no-cache"
    again = watched.get(path, [("If-None-Match", first.header("ETag"))])
    assert (again.status, again.body) == (304, "")
    assert watched.get(path, [("If-None-Match", '"other"')]).status == 200


# --- what is told


def test_what_happened_is_told(watched):
    assert watched.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert watched.update("b.example.org", "192.0.2.2", token="wrong").said == "badauth"
    page = look_for(watched, "192.0.2.1")
    assert "A record set" in page
    page = look_for(watched, "wrong login or token")
    assert "badauth, 1 in a row" in page
    assert "252 hosts, table current, Route 53 ok, S3 ok" in page


def test_rows_left_out_are_told_with_their_lines(start, store):
    store(b"a.example.org,token-of-a\n-bad-.example.org,x\nb.example.org,y\nb.example.org,z\n")
    page = look(start(DYNDNS_ADMIN_TOKEN=TOKEN)).body
    assert "line 2" in page and "line 4" in page
    assert "2 rows left out" in page


def test_what_is_wrong_stands_first(alarmed):
    page = look(alarmed).body
    assert page.index("are left out</bdi>") < page.index("again and again</bdi>")
    assert page.index("again and again</bdi>") < page.index("Summary")
    assert '<a href="/status?host=a.example.org"><bdi>a.example.org is refused' in page
    assert "2 that go on" in page and "docs/OPERATING.md#host_refused" in page
    assert "badauth" in page


def test_a_server_that_keeps_no_alerts_says_so(watched):
    assert "None is kept: DYNDNS_STATE is not set." in look(watched).body


def test_a_server_without_a_table_says_so(start):
    service = start(ready=False, DYNDNS_ADMIN_TOKEN=TOKEN)
    service.wait_for_event("table_load_failed")
    page = look(service).body
    assert "Host table" in page and "There are no hosts." in page


def test_one_host_has_a_page(watched):
    watched.update("a.example.org", "192.0.2.1")
    page = look_for(watched, "192.0.2.1", "/status?host=A.example.org")
    assert "<h1><bdi>a.example.org</bdi></h1>" in page
    assert look(watched, "/status?host=nobody.example.org").status == 404
    assert look(watched, "/status?host=%3Cb%3E").status == 404


def test_many_may_look_at_once(watched):
    path = "/status?host=a.example.org"
    pending = [watched.send("GET", path, [ADMIN]) for _ in range(40)]
    assert {each.wait().status for each in pending} == {200}


def test_who_finds_too_many_asking_for_lists_is_told_so(start):
    service = start("a.example.org", DYNDNS_ADMIN_TOKEN=TOKEN, DYNDNS_THREADS=1)
    (history,) = named(service.pid, "history")
    with hanging(history):
        pending = [service.send("GET", "/status", [ADMIN]) for _ in range(10)]
        service.settle()
    replies = [each.wait() for each in pending]
    assert sorted(reply.status for reply in replies) == [200] * 4 + [503] * 6
    for reply in replies:
        if reply.status == 503:
            assert int(reply.header("Retry-After")) > 0
            assert "Too many ask now" in reply.body
    assert look(service).status == 200


def test_whoever_hangs_up_does_no_harm(watched):
    for _ in range(20):
        watched.send("GET", "/status", [ADMIN]).hang_up()
    until(lambda: look(watched).status == 200, "the lists of those who hung up to be made")


# --- in a browser


def rows(browser):
    return [text.split()[0] for text in browser.texts("#host-rows tbody th")]


def test_a_person_signs_in_searches_sorts_and_turns_pages(watched, browse):
    watched.update("h7.example.org", "192.0.2.7")
    look_for(watched, "192.0.2.7")
    browser = browse()
    browser.open(watched, "/status", "admin", TOKEN)
    assert browser.one("h1").text == "Status of dyndns53"
    assert len(rows(browser)) == 100

    browser.click("#host-rows thead a[href*='sort=name']")
    assert rows(browser)[:2] == ["a.example.org", "b.example.org"]
    assert browser.one("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    browser.click("#host-rows th[aria-sort] a")
    assert browser.one("th[aria-sort]").get_attribute("aria-sort") == "descending"
    assert rows(browser)[-1] != "a.example.org"
    browser.click("nav[aria-label='Pages of hosts'] a[href*='page=3']")  # the last one
    assert rows(browser)[-1] == "a.example.org"

    browser.one("#search").send_keys("192.0.2.7")
    browser.click("form button")
    assert rows(browser) == ["h7.example.org"]
    browser.click("#host-rows tbody a")
    assert browser.one("h1").text == "h7.example.org"
    assert "A record set" in browser.text
    assert browser.complaints() == []


def test_a_wrong_token_opens_nothing(watched, browse):
    browser = browse()
    browser.open(watched, "/status", "admin", "a-wrong-token-of-somebody")
    assert "a.example.org" not in browser.text
    browser.open(watched, "/status", "admin", TOKEN)
    assert browser.one("h1").text == "Status of dyndns53"


def test_no_name_and_no_agent_carries_markup_into_it(watched, browse):
    agent = ("User-Agent", EVIL)
    watched.update("a.example.org", "192.0.2.1", headers=[agent])
    watched.update("b.example.org", "192.0.2.2", token="wrong", headers=[agent])
    look_for(watched, "wrong login or token")
    browser = browse()
    browser.open(watched, f"/status?search={'%22%3E%3Cscript%3E'}", "admin", TOKEN)
    assert browser.one("#search").get_attribute("value") == '"><script>'
    for path in ("/status", "/status?host=b.example.org"):
        browser.open(watched, path)
        assert EVIL in browser.text
        assert "taken" not in browser.driver.title
        assert browser.all("b") == []
    assert [each for each in browser.complaints() if "favicon" not in each] == []


def test_it_is_whole_without_scripts(watched, browse):
    watched.update("h7.example.org", "192.0.2.7")
    look_for(watched, "192.0.2.7")
    browser = browse(scripts=False)
    browser.open(watched, "/status", "admin", TOKEN)
    assert browser.all("#live-button") == []
    browser.click("#host-rows thead a[href*='sort=name']")
    assert rows(browser)[0] == "a.example.org"
    browser.one("#search").send_keys("h7")
    browser.press_enter()
    assert "h7.example.org" in rows(browser)


def test_it_refreshes_itself_and_can_be_stopped(watched, browse):
    browser = browse(refreshes=True)
    browser.open(watched, "/status?search=a.example.org", "admin", TOKEN)
    button = browser.one("#live-button")
    assert button.text == "Stop refreshing"
    button.click()
    assert button.text == "Refresh by itself"
    browser.driver.execute_script("document.getElementById('live').dataset.seconds = '0.05'")
    button.click()
    watched.update("a.example.org", "192.0.2.1")
    until(lambda: "192.0.2.1" in browser.one("#host-rows").text, "the change to be shown")
    assert "As of" in browser.one("#live-said").text
    assert browser.complaints() == []


def test_alerts_come_and_go_by_themselves(alarmed, browse):
    browser = browse(refreshes=True)
    browser.open(alarmed, "/status", "admin", TOKEN)
    assert browser.texts("#alerts tbody th") == [
        "rows of the table of hosts are left out",
        "a.example.org is refused again and again",
    ]
    browser.driver.execute_script(
        "document.getElementById('live').dataset.seconds = '0.05';"
        "const button = document.getElementById('live-button'); button.click(); button.click();"
    )
    alarmed.update("a.example.org", "192.0.2.1")
    until(
        lambda: browser.texts("#alerts tbody th") == ["rows of the table of hosts are left out"],
        "the end of an alert to be shown",
    )
    assert browser.complaints() == []


def test_an_alert_leads_to_its_host_and_says_what_to_do(alarmed, browse):
    browser = browse(scripts=False)
    browser.open(alarmed, "/status", "admin", TOKEN)
    assert "dyndb check-database lists the rows" not in browser.text
    browser.one("#alerts summary").click()
    assert "dyndb check-database lists the rows" in browser.text
    browser.click("#alerts tbody a")
    assert browser.one("h1").text == "a.example.org"


def test_nobody_is_disturbed_who_reads(watched, browse):
    browser = browse(refreshes=True)
    browser.open(watched, "/status?search=a.example.org", "admin", TOKEN)
    browser.one("#host-rows tbody a").send_keys(Keys.SHIFT)  # gives it the focus
    focused = browser.focused().id
    browser.driver.execute_script("document.getElementById('live').dataset.seconds = '0.05'")
    browser.driver.execute_script(
        "const button = document.getElementById('live-button'); button.click(); button.click();"
    )
    watched.update("b.example.org", "192.0.2.1", token="wrong")
    until(lambda: "1 refused at present" in browser.one("#facts").text, "the refusal to be shown")
    assert browser.focused().id == focused
    watched.update("a.example.org", "192.0.2.7")
    until(
        lambda: "but for what is being read" in browser.one("#live-said").text,
        "the page to say that it is not all of one time",
    )
    assert "192.0.2.7" not in browser.one("#host-rows").text
    assert browser.focused().id == focused


@pytest.mark.parametrize("status", [401, 403, 429])
def test_who_is_refused_asks_no_more(watched, browse, status):
    browser = browse(refreshes=True)
    browser.open(watched, "/status", "admin", TOKEN)
    browser.driver.execute_script(
        f"window.fetch = async () => (window.asked = (window.asked ?? 0) + 1,"
        f" new Response('', {{status: {status}}}));"
        "document.getElementById('live').dataset.seconds = '0.05';"
        "const button = document.getElementById('live-button'); button.click(); button.click();"
    )
    until(lambda: "sign in again" in browser.one("#live-said").text, "the words")
    assert browser.one("#live-button").text == "Refresh by itself"
    assert browser.driver.execute_script("return window.asked") == 1


def test_the_keyboard_is_enough(watched, browse):
    browser = browse()
    browser.open(watched, "/status", "admin", TOKEN)
    browser.press(Keys.TAB)
    assert browser.focused().text == "To the hosts"
    browser.press(Keys.ENTER)
    for _ in range(5):
        browser.press(Keys.TAB)
        if browser.focused().get_attribute("id") == "search":
            break
    browser.press("h24")
    browser.press_enter()
    assert set(rows(browser)) == {f"h24{n}.example.org" for n in range(10)} | {"h24.example.org"}


def test_every_stop_of_the_keyboard_can_be_seen(watched, browse):
    browser = browse()
    browser.open(watched, "/status", "admin", TOKEN)
    for _ in range(12):
        browser.press(Keys.TAB)
        outline = browser.focused().value_of_css_property("outline-style")
        assert outline not in ("none", ""), browser.focused().get_attribute("outerHTML")


@pytest.mark.parametrize("path", ["/status", "/status?host=a.example.org"])
def test_a_phone_shows_it_without_scrolling_sideways(watched, browse, path):
    watched.update("a.example.org", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")
    browser = browse(size=NARROW)
    browser.open(watched, path, "admin", TOKEN)
    assert not browser.is_too_wide()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("path", ["/status", "/status?host=b.example.org", "/status?search=none"])
def test_axe_finds_nothing(watched, browse, dark, path):
    watched.update("a.example.org", "192.0.2.1")
    watched.update("b.example.org", "192.0.2.2", token="wrong")
    look_for(watched, "wrong login or token")
    browser = browse(dark=dark)
    browser.open(watched, path, "admin", TOKEN)
    assert browser.violations() == []
    browser.resize(NARROW)
    assert browser.violations() == []


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_in_alerts(alarmed, browse, dark):
    browser = browse(dark=dark)
    browser.open(alarmed, "/status", "admin", TOKEN)
    assert browser.violations() == []
    browser.one("#alerts summary").click()
    assert browser.violations() == []
    browser.resize(NARROW)
    assert browser.violations() == []
    assert not browser.is_too_wide()
