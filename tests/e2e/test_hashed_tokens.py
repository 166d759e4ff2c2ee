"""Tokens that stand as hashes in the database: callers notice nothing, guessers
occupy nobody's time, and who reads the database cannot call."""

import hashlib
import json
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from sandbox.patience import until

from .hosts import token_of
from .proxy import forwarded
from .wire import basic, request

PLAIN, RANDOM, CHOSEN = "plain.example.org", "random.example.org", "chosen.example.org"
QUICK, COSTLY = (1024, 8, 1), (32768, 8, 1)  # the least that is taken, and the most
GUESSER, OTHER, THIRD = "198.51.100.7", "198.51.100.8", "2001:db8::8"
ROOM = 1 << 30  # for two verifications, and for what sanitizers put aside


def sha256(token, salt="0123456789abcdef"):
    return f"sha256:{salt}:{hashlib.sha256((salt + token).encode()).hexdigest()}"


def scrypt(token, costs=QUICK, salt="0123456789abcdef"):
    n, r, p = costs
    made = hashlib.scrypt(
        token.encode(), salt=salt.encode(), n=n, r=r, p=p, maxmem=1 << 26, dklen=32
    )
    return f"scrypt:{n}:{r}:{p}:{salt}:{made.hex()}"


@pytest.fixture
def serve(start):
    """Starts a server for a host with each kind of token."""

    def serve(costs=QUICK, **environment):
        return start(
            PLAIN,
            (RANDOM, sha256(token_of(RANDOM))),
            (CHOSEN, scrypt(token_of(CHOSEN), costs)),
            **environment,
        )

    return serve


def guess(service, client=GUESSER, host=CHOSEN):
    """A wrong password, for whose verdict nobody waits yet."""
    return service.update_later(host, "192.0.2.1", token="guess", **forwarded(client))


def most_memory(service):
    """In bytes, since the start."""
    status = Path(f"/proc/{service.pid}/status").read_text()
    return int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.M)[1]) * 1024


# --- who may


@pytest.mark.threads
def test_hosts_of_all_kinds_stand_side_by_side(serve, dig):
    service = serve()
    for number, host in enumerate((PLAIN, RANDOM, CHOSEN)):
        for answer in ("good", "nochg"):
            assert service.update(host, f"192.0.2.{number}").said == f"{answer} 192.0.2.{number}"
        assert dig(host) == [f"192.0.2.{number}"]


def test_whatever_is_wrong_the_answer_is_the_same(serve, route53):
    service = serve()
    for host in (PLAIN, RANDOM, CHOSEN, "nobody.example.org", "nobody"):
        for token in ("guess", token_of(PLAIN) + "x", "", *map(token_of, (RANDOM, CHOSEN))):
            if token == token_of(host):
                continue
            reply = service.update(host, "192.0.2.1", token=token)
            assert (reply.status, reply.said) == (401, "badauth")
    assert route53.snapshot() == {}


def test_who_has_read_the_database_cannot_call(serve, route53):
    service = serve()
    for host, text in ((RANDOM, sha256(token_of(RANDOM))), (CHOSEN, scrypt(token_of(CHOSEN)))):
        for token in (text, text.rpartition(":")[2]):
            assert service.update(host, "192.0.2.1", token=token).said == "badauth"
    assert route53.snapshot() == {}


def test_a_user_has_one_password_for_several_hosts(start, store, dig):
    token = scrypt("correct horse")
    rows = "".join(f"{name}.example.org,{token},anne\n" for name in "ab")
    store(f"hostname,token,user\n{rows}c.example.org,{scrypt('other')},\n".encode())
    service = start()
    target = "/nic/update?hostname=a.example.org,b.example.org,c.example.org&myip=192.0.2.1"
    reply = service.get(target, [basic("anne", "correct horse")])
    assert reply.body == "good 192.0.2.1\ngood 192.0.2.1\nnohost\n"
    assert dig("b.example.org") == ["192.0.2.1"]


def test_each_row_of_a_name_may_have_a_password(start, store):
    rows = f"a.example.org,{scrypt('four')},A\na.example.org,{scrypt('six')},AAAA\n"
    store(f"hostname,token,record_type\n{rows}".encode())
    service = start()
    for token, address in (("four", "192.0.2.1"), ("six", "2001:db8::1")):
        assert service.update("a.example.org", address, token=token).said == f"good {address}"
    assert service.update("a.example.org", "192.0.2.2", token="six").said == "dnserr"


def test_a_password_that_is_replaced_opens_nothing_any_more(serve, store):
    service = serve()
    assert service.update(CHOSEN, "192.0.2.1").said == "good 192.0.2.1"
    store(PLAIN, (CHOSEN, scrypt("another")))
    with service.expecting("table_loaded"):
        service.reload()
    until(lambda: service.update(CHOSEN, "192.0.2.1").said == "badauth", "the new table")
    # What is known of a record belongs to its row, so it is known still.
    assert service.update(CHOSEN, "192.0.2.1", token="another").said == "nochg 192.0.2.1"


# --- requests that wait for a verdict


def test_a_request_is_whole_when_its_verdict_comes(serve, dig):
    service = serve()
    form = urlencode({"hostname": CHOSEN, "myip": "192.0.2.7"}).encode()
    headers = [
        basic(CHOSEN, token_of(CHOSEN)),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ]
    reply = service.request("POST", "/nic/update", headers, form)
    assert reply.body == "good 192.0.2.7\n"
    assert dig(CHOSEN) == ["192.0.2.7"]


def test_the_next_request_of_a_connection_waits_for_it(serve):
    service = serve(COSTLY)
    update = request("GET", "/register_ip?myip=192.0.2.1", [basic(CHOSEN, token_of(CHOSEN))])
    with service.connect() as connection:
        connection.send(update + request("GET", "/check_ip"))
        assert connection.receive().said == "good 192.0.2.1"
        assert connection.receive().said == "127.0.0.1"


@pytest.mark.threads
def test_a_caller_may_hang_up_meanwhile(serve):
    service = serve(COSTLY)
    for _ in range(8):
        guess(service).hang_up()
    assert service.update(PLAIN, "192.0.2.1").said == "good 192.0.2.1"


@pytest.mark.threads
def test_those_who_wait_at_the_end_are_answered(serve):
    service = serve(COSTLY, DYNDNS_THREADS=1)
    pending = [guess(service, client) for client in (GUESSER, OTHER, THIRD)]
    service.settle()
    service.stop()
    assert [each.wait().said for each in pending] == ["badauth"] * 3


# --- guessers


def test_who_verifies_yields_to_all_others(serve):
    service = serve()

    def niceness():
        stats = Path(f"/proc/{service.pid}/task").glob("*/stat")
        return {int(each.read_text().rpartition(")")[2].split()[16]) for each in stats}

    until(lambda: niceness() == {0, 10}, "a thread that is nice, beside others that are not")


@pytest.mark.threads
def test_guesses_keep_nobody_waiting(serve):
    """One address gets as much as its share, and then 911 at once."""
    service = serve(COSTLY)
    before = most_memory(service)
    assert service.update(PLAIN, "192.0.2.1").said == "good 192.0.2.1"
    said = []

    def storm():
        pending = [guess(service) for _ in range(60)]
        assert service.update(PLAIN, "192.0.2.1").said == "nochg 192.0.2.1"
        assert service.update(RANDOM, "192.0.2.2").said.endswith(" 192.0.2.2")
        assert service.get("/healthz").status == 200
        # Neither has the guesser used up the login that he guesses for.
        later = service.update(CHOSEN, "192.0.2.3", **forwarded(OTHER))
        assert later.said in ("good 192.0.2.3", "nochg 192.0.2.3")
        said.extend(each.wait().said for each in pending)
        return "911" in said

    until(storm, "a guess that finds no room")
    assert set(said) == {"badauth", "911"}
    refused = service.wait_for_event("login_not_verified", client=GUESSER)
    assert "one address" in refused["reason"]
    assert most_memory(service) - before < ROOM


def test_who_was_right_is_served_while_he_guesses_himself(serve):
    """Since that is known, it finds room where there is none."""
    service = serve(COSTLY)
    mine = forwarded(GUESSER)
    assert service.update(CHOSEN, "192.0.2.1", **mine).said == "good 192.0.2.1"

    def no_room_left():
        pending = [guess(service) for _ in range(60)]
        assert service.update(CHOSEN, "192.0.2.1", **mine).said == "nochg 192.0.2.1"
        return "911" in [each.wait().said for each in pending]

    until(no_room_left, "a guess that finds no room")


def test_logins_that_do_not_exist_cost_as_much(serve):
    """So that 911 does not tell which there are."""
    service = serve(COSTLY)
    for host in ("nobody.example.org", PLAIN):

        def finds_no_room(host=host):
            pending = [guess(service, host=host) for _ in range(60)]
            said = {each.wait().said for each in pending}
            assert said <= {"badauth", "911"}
            return "911" in said

        until(finds_no_room, "a guess that finds no room")


def test_no_password_reaches_the_log(serve):
    service = serve(DYNDNS_LOG_LEVEL="debug")
    assert service.update(CHOSEN, "192.0.2.1").said == "good 192.0.2.1"
    assert service.update(CHOSEN, "192.0.2.1", token="a-guess-of-mine").said == "badauth"
    service.stop()
    log = service.log.text()
    assert "token-of-" not in log and "a-guess-of-mine" not in log and "scrypt:" not in log


# --- the hash protocols


def test_the_hash_protocols_need_the_token_itself(serve, route53):
    service = serve()
    for host, text in ((RANDOM, sha256(token_of(RANDOM))), (CHOSEN, scrypt(token_of(CHOSEN)))):
        for token in (token_of(host), text):
            digest = hashlib.sha256(f"{GUESSER}{host}.{token}".encode()).hexdigest()
            query = urlencode({"mode": "set", "hostname": host, "hash": digest})
            reply = service.get(f"/?{query}", **forwarded(GUESSER))
            assert json.loads(reply.body)["return_message"] == "Validation hashes do not match."
        refused = service.wait_for_event("badauth", host=host)
        assert "hashed" in refused["reason"]
    assert route53.snapshot() == {}
