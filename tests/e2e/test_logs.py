"""The log: one line an event, and never a secret."""

import re

import pytest

from sandbox.patience import until

from . import wire
from .events import LINE_MAX_BYTES
from .hosts import numbered, token_of
from .proxy import forwarded
from .wire import basic


def test_every_change_has_its_line(start, route53):
    zone = route53.add_zone("example.net", zone_id="Z0123456789ABCDEFGHIJ")
    service = start("a.example.net")
    service.update("a.example.net", **forwarded("198.51.100.7"))
    service.update("a.example.net", "192.0.2.1", **forwarded("198.51.100.7"))
    service.update("a.example.net", "2001:db8::1")
    service.wait_for_event("record_changed", type="AAAA")
    changes = [
        {key: value for key, value in event.fields.items() if key != "ms"}
        for event in service.events("record_changed")
    ]
    assert changes == [
        {"host": "a.example.net", "type": "A", "old": "unknown", "new": "198.51.100.7",
         "client": "198.51.100.7", "zone": zone},
        {"host": "a.example.net", "type": "A", "old": "198.51.100.7", "new": "192.0.2.1",
         "client": "198.51.100.7", "zone": zone},
        {"host": "a.example.net", "type": "AAAA", "old": "unknown", "new": "2001:db8::1",
         "client": "127.0.0.1", "zone": zone},
    ]  # fmt: skip
    assert all(event["ms"].isdecimal() for event in service.events("record_changed"))


def test_a_record_that_is_merely_confirmed_is_no_change(start):
    service = start("a.example.org", DYNDNS_NOCHG_SECONDS=0, DYNDNS_LOG_LEVEL="debug")
    for _ in range(3):
        service.update("a.example.org", "192.0.2.1")
    service.wait_for_event("record_confirmed")
    assert len(service.events("record_changed")) == 1


def test_the_old_address_survives_a_reload(service, store):
    service.update("a.example.org", "192.0.2.1")
    store("0.example.org", "a.example.org")
    with service.expecting("table_loaded"):
        service.reload()
    service.update("a.example.org", "192.0.2.2")
    assert service.wait_for_event("record_changed", new="192.0.2.2")["old"] == "192.0.2.1"


def test_every_batch_has_its_line(service):
    service.update("a.example.org", "192.0.2.1")
    done = service.wait_for_event("batch_done")
    assert (done["changes"], done["status"]) == ("1", "ok")
    assert done["zone"] and done["ms"].isdecimal()


def test_the_beginning_and_the_end_have_their_lines(service):
    service.stop()
    names = [line.split(" ")[2] for line in service.log.text().splitlines()]
    assert names[:3] == ["event=listening", "event=listening", "event=started"]
    assert names[-2:] == ["event=stopping", "event=stopped"]


def test_badauth_names_a_host_only_if_it_is_one(service):
    """A name that is none may be a token, typed into the wrong field."""
    for user in ("a.example.org", "my-secret-token", "nobody.example.org"):
        service.get("/register_ip", [basic(user, "wrong")])
    service.wait_for_event("badauth", host="a.example.org", client="127.0.0.1")
    service.wait_for_event("badauth", host="unknown", client="127.0.0.1")
    assert "secret" not in service.log.text() and "nobody" not in service.log.text()


def test_a_request_without_credentials_is_not_worth_a_line(service):
    service.get("/register_ip")
    service.get("/register_ip", [basic("a.example.org", "wrong")])
    service.wait_for_event("badauth")
    assert len(service.events("badauth")) == 1


@pytest.mark.parametrize(
    "level, seen", [("error", set()), ("warn", {"warn"}), ("info", {"warn", "info"}),
                    ("debug", {"warn", "info", "debug"})]
)  # fmt: skip
def test_levels_leave_out_what_is_below_them(start, level, seen, free_port):
    # Where the listening addresses are not in the log, they must be known.
    service = start(
        "a.example.org", ready=False,
        DYNDNS_LOG_LEVEL=level, DYNDNS_LISTEN=f"127.0.0.1:{free_port}", DYNDNS_NOCHG_SECONDS=0,
    )  # fmt: skip
    address = ("127.0.0.1", free_port)

    def is_good():
        try:
            said = service.update("a.example.org", "192.0.2.1", address=address).said
        except ConnectionRefusedError:
            return False  # it has not begun to listen
        assert said in ("good 192.0.2.1", "911")
        return said != "911"

    until(is_good, "good from a server that begins")
    service.update("a.example.org", "192.0.2.1", address=address)
    service.get("/register_ip", [basic("a.example.org", "wrong")], address=address)
    service.stop()
    levels = re.findall(r"level=(\w+)", service.log.text())
    assert set(levels) == seen


# --- what comes from outside

FORGED = "\nlevel=error event=forged x=y"


def test_hostile_bytes_forge_no_line(service, store):
    evil = f"evil{FORGED}\r\x1b[2J\0\x7f"
    service.get("/register_ip", [basic(evil, evil)])
    service.update("a.example.org", evil)
    service.update("a.example.org" + evil, "192.0.2.1")
    service.get("/register_ip?myip=%0alevel=error", **forwarded("\x1b[2J"))
    store(
        b'a.example.org,token\n"evil\nlevel=error event=forged","x"\n'
        b'"\x1b[2J.example.org",x\nb.example.org,"\x1b[2J"\n'
    )
    with service.expecting("table_loaded"):
        service.reload()
    service.stop()  # which insists that each line is an event's
    assert "event=forged" not in re.sub(r'"(\\.|[^"\\])*"', "", service.log.text())
    assert service.events("forged") == []
    assert "\x1b" not in service.log.text()


def test_an_odd_key_is_quoted(start, s3):
    s3.put("hosts", 'my "hosts" \\ é.csv', b"a.example.org,token\n")
    service = start(DYNDNS_DATABASE='my "hosts" \\ é.csv')
    where = service.wait_for_event("table_loaded")["where"]
    assert where.encode("latin-1").decode() == 's3://hosts/my "hosts" \\ é.csv'


# --- secrets


def test_no_secret_is_ever_logged(start, sandbox, store):
    """At debug level, through every way in which things go wrong."""
    account = sandbox.account
    secret_key = account.secret_key
    account.session_token = "session-token-that-is-secret"
    service = start("a.example.org", "b.example.org", DYNDNS_LOG_LEVEL="debug",
                    DYNDNS_DEADLINE_SECONDS=1)  # fmt: skip
    authorization = basic("a.example.org", token_of("a.example.org"))

    service.update("a.example.org", "192.0.2.1")
    service.update("a.example.org", "10.0.0.1")
    service.update("a.example.org", "rubbish")
    service.update("a.example.org", "192.0.2.1", token=token_of("b.example.org"))
    service.update(token_of("a.example.org"), "192.0.2.1", token="a.example.org")
    token = token_of("a.example.org")
    service.get(f"/register_ip?password={token}&myip=192.0.2.2", [authorization])
    service.get(f"/{token}", [authorization])
    service.request("POST", "/register_ip", [authorization], token.encode())
    with service.connect() as connection:
        connection.send(wire.request("GET", "/register_ip", [authorization])[:-10])
        connection.hang_up()

    # AWS explains a signature that does not match with all that was signed.
    account.secret_key = "another-key-that-is-secret"
    assert service.update("b.example.org", "192.0.2.1").said == "911"
    service.wait_for_event("batch_failed", code="SignatureDoesNotMatch")
    with service.expecting("table_load_failed", code="SignatureDoesNotMatch"):
        service.reload()
    account.secret_key = secret_key
    account.token_expired = True
    with service.expecting("table_load_failed", code="ExpiredToken"):
        service.reload()
    account.token_expired = False

    # Rows whose fields stand the wrong way round, and other broken ones.
    store(
        f"a.example.org,{token_of('a.example.org')}\n"
        f"{token_of('b.example.org')}!,b.example.org\n"
        f"b.example.org,{token_of('b.example.org')},more\n"
        f'"c.example.org","{token_of("c.example.org")}\t"\n'.encode()
    )
    with service.expecting("table_loaded", rows_left_out=3):
        service.reload()
    store(f'b.example.org,"{token_of("b.example.org")}'.encode())
    with service.expecting("table_load_failed"):
        service.reload()
    service.stop()

    log = service.log.text()
    for secret in [
        "token-of-", authorization[1].split()[1], "Authorization", "Basic ",
        "session-token-that-is-secret", "another-key-that-is-secret",
        secret_key, "AWS4-HMAC-SHA256", "Signature=",
        "x-amz-security-token",
    ]:  # fmt: skip
        assert secret.lower() not in log.lower(), secret


def test_a_long_line_is_cut_and_stays_one_line(start):
    service = start(DYNDNS_BUCKET=None, DYNDNS_DATABASE="/" + "x" * 4000, ready=False)
    service.wait_for_event("table_load_failed")
    service.stop()
    line = next(line for line in service.log.text().splitlines() if "xxx" in line)
    assert len(line) < LINE_MAX_BYTES and line.endswith("xxx...")


def test_many_callers_write_whole_lines(service):
    pending = [service.update_later(host, "192.0.2.1") for host in numbered(300)]
    assert {each.wait().status for each in pending} == {200}
    service.stop()  # which insists that each line is an event's
    assert len(service.events("record_changed")) == 300
