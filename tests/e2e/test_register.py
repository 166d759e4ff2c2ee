"""/register_ip: a caller proves which host it is, and DNS follows."""

import pytest

from sandbox.patience import until

from . import wire
from .conftest import ZONE
from .hosts import token_of
from .proxy import forwarded
from .wire import basic

REALM = 'Basic realm="dyndns53"'


# --- an address becomes a record


def test_an_ipv4_address_becomes_the_a_record(service, dig):
    reply = service.update("a.example.org", "192.0.2.1")
    assert (reply.status, reply.body) == (200, "good 192.0.2.1\n")
    assert reply.header("Content-Type") == "text/plain"
    assert dig("a.example.org", "A") == ["192.0.2.1"]
    assert dig("a.example.org", "AAAA") == []


def test_an_ipv6_address_becomes_the_aaaa_record(service, dig):
    assert service.update("a.example.org", "2001:db8::1").said == "good 2001:db8::1"
    assert dig("a.example.org", "AAAA") == ["2001:db8::1"]
    assert dig("a.example.org", "A") == []


def test_one_family_leaves_the_other_alone(service, dig):
    service.update("a.example.org", "192.0.2.1")
    service.update("a.example.org", "2001:db8::1")
    service.update("a.example.org", "192.0.2.2")
    assert dig("a.example.org", "A") == ["192.0.2.2"]
    assert dig("a.example.org", "AAAA") == ["2001:db8::1"]


def test_without_myip_the_callers_own_address_is_registered(service, dig):
    reply = service.update("a.example.org", **forwarded("198.51.100.7"))
    assert reply.said == "good 198.51.100.7"
    assert dig("a.example.org") == ["198.51.100.7"]


def test_an_empty_myip_is_none(service):
    reply = service.update("a.example.org", "", **forwarded("198.51.100.7"))
    assert reply.said == "good 198.51.100.7"


def test_an_address_is_answered_and_written_in_its_canonical_form(service, dig):
    reply = service.update("a.example.org", "2001:0DB8:0:0:0:0:0:A")
    assert reply.said == "good 2001:db8::a"
    assert dig("a.example.org", "AAAA") == ["2001:db8::a"]


def test_an_ipv4_mapped_address_is_the_ipv4_address(service, dig):
    assert service.update("a.example.org", "::ffff:192.0.2.1").said == "good 192.0.2.1"
    assert dig("a.example.org", "A") == ["192.0.2.1"]


def test_a_record_is_replaced_whole(service, route53):
    route53.set_record(ZONE, "a.example.org", "A", ["203.0.113.1", "203.0.113.2"], ttl=60)
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert route53.record("a.example.org", "A") == ["192.0.2.1"]


def ttl_of(route53, host):
    with route53.frozen_zones() as zones:
        return next(zone.at(host)["A", None].ttl for zone in zones.values())


def test_the_ttl_is_300_seconds_or_what_is_configured(start, route53):
    def ttl(host):
        return ttl_of(route53, host)

    start("a.example.org").update("a.example.org", "192.0.2.1")
    assert ttl("a.example.org") == 300
    start("a.example.org", DYNDNS_TTL=60).update("a.example.org", "192.0.2.2")
    assert ttl("a.example.org") == 60


def test_a_host_may_have_a_ttl_of_its_own(start, store, route53):
    token = token_of("any")
    rows = f"short.example.org,{token},7\nlong.example.org,{token},86400\nplain.example.org,{token},\n"
    store(b"hostname,token,ttl\n" + rows.encode())
    service = start(DYNDNS_TTL=60)
    ttls = {}
    for host in ("short.example.org", "long.example.org", "plain.example.org"):
        assert service.update(host, "192.0.2.1", token=token).said == "good 192.0.2.1"
        ttls[host.split(".")[0]] = ttl_of(route53, host)
    assert ttls == {"short": 7, "long": 86400, "plain": 60}


def test_the_zones_own_name_can_be_a_host(start, dig):
    assert start("example.org").update("example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert dig("example.org") == ["192.0.2.1"]


# --- nochg


def test_an_unchanged_address_is_nochg_and_costs_no_call(service, route53):
    service.update("a.example.org", "192.0.2.1")
    calls = len(route53.calls)
    for _ in range(3):
        reply = service.update("a.example.org", "192.0.2.1")
        assert (reply.status, reply.body) == (200, "nochg 192.0.2.1\n")
    assert len(route53.calls) == calls


def test_each_family_is_known_by_itself(service):
    service.update("a.example.org", "192.0.2.1")
    assert service.update("a.example.org", "2001:db8::1").said == "good 2001:db8::1"
    assert service.update("a.example.org", "192.0.2.1").said == "nochg 192.0.2.1"
    assert service.update("a.example.org", "2001:db8::1").said == "nochg 2001:db8::1"


def test_nochg_is_never_said_of_the_address_before(service):
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        assert service.update("a.example.org", address).said == f"good {address}"


def test_what_others_wrote_meanwhile_is_not_known(service, route53):
    route53.set_record(ZONE, "a.example.org", "A", "192.0.2.1")
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_nochg_is_never_said_if_knowledge_may_have_no_age(start):
    service = start("a.example.org", DYNDNS_NOCHG_SECONDS=0)
    for _ in range(3):
        assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_knowledge_grows_old(start, route53):
    service = start("a.example.org", DYNDNS_NOCHG_SECONDS=1)
    heard = []

    def says(word):
        heard.append(service.update("a.example.org", "192.0.2.1").said)
        assert heard[-1] in ("good 192.0.2.1", "nochg 192.0.2.1")
        return heard[-1] == f"{word} 192.0.2.1"

    # Where a second is over before one can ask again, it takes several attempts.
    until(lambda: says("nochg"), lambda: f"one nochg, heard {set(heard)}")
    route53.delete_record(ZONE, "a.example.org", "A")  # by somebody at the console
    until(lambda: says("good"), lambda: f"good at last, heard {heard[-1]}")
    assert route53.record("a.example.org", "A") == ["192.0.2.1"]


# --- the parameters


@pytest.mark.parametrize(
    "query",
    [
        "system=dyndns&myip=192.0.2.1&wildcard=NOCHG&mx=&backmx=NO&offline&url=x",
        "offline&myip=192.0.2.1",
        "&&=&=x&myip=192.0.2.1&",
        "myip=192.0.2.1&MYIP=192.0.2.9&xmyip=192.0.2.9&Hostname=x&myip6=2001:db8::9",
        "%6d%79&myip=192%2E0.2.1",
        "myip=192.0.2.1%20&x=%00%ff",
        "a=b?c=d&myip=192.0.2.1",
        "myip=+192.0.2.1" + "&x=y" * 500,
    ],
    ids=lambda query: query[:40],
)
def test_unknown_parameters_are_ignored(lasting_service, new_host, query):
    credentials = basic(new_host, token_of(new_host))
    reply = lasting_service.get(f"/register_ip?{query}", [credentials])
    assert (reply.status, reply.said) == (200, "good 192.0.2.1")


@pytest.mark.parametrize(
    "myip",
    ["home", "192.0.2", "192.0.2.256", "192.0.2.1.1", "192.0.2.01", "192.0.2.1:80", "[2001:db8::1]",
     "2001:db8::1%eth0", "2001:db8::1::", "0x7f000001", "3221225985", "192.0.2.1\x00", "1" * 5000],
    ids=lambda myip: repr(myip[:40]),
)  # fmt: skip
def test_what_is_no_address_is_dnserr_and_changes_nothing(
    lasting_service, lasting_sandbox, new_host, myip
):
    reply = lasting_service.update(new_host, myip)
    assert (reply.status, reply.said) == (200, "dnserr")
    assert lasting_sandbox.route53.record(new_host, "A") is None
    assert lasting_sandbox.route53.record(new_host, "AAAA") is None


def test_hostname_in_the_query_touches_no_other_host(service, route53):
    credentials = basic("a.example.org", token_of("a.example.org"))
    target = "/register_ip?hostname=b.example.org&myip=192.0.2.1"
    assert service.get(target, [credentials]).said == "nohost"
    assert route53.snapshot() == {}


# --- the methods


FORM = ("Content-Type", "application/x-www-form-urlencoded")


def post(service, host, target, headers=(), body=b"", **more):
    credentials = basic(host, token_of(host))
    return service.request("POST", target, [credentials, *headers], body, **more)


def test_post_takes_parameters_from_the_query(lasting_service, new_host):
    reply = post(lasting_service, new_host, "/register_ip?myip=192.0.2.1")
    assert reply.said == "good 192.0.2.1"


def test_post_takes_parameters_from_a_form(lasting_service, new_host):
    reply = post(lasting_service, new_host, "/register_ip", [FORM], b"x&myip=2001%3adb8%3A%3a1")
    assert reply.said == "good 2001:db8::1"


def test_a_forms_charset_is_no_obstacle(lasting_service, new_host):
    form = (FORM[0], FORM[1] + "; charset=UTF-8")
    reply = post(lasting_service, new_host, "/register_ip", [form], b"myip=192.0.2.1")
    assert reply.said == "good 192.0.2.1"


def test_the_query_wins_over_the_form(lasting_service, new_host):
    target = "/register_ip?myip=192.0.2.1"
    reply = post(lasting_service, new_host, target, [FORM], b"myip=192.0.2.2")
    assert reply.said == "good 192.0.2.1"


def test_a_body_that_is_no_form_says_nothing(lasting_service, new_host):
    told = forwarded("198.51.100.7", headers=[("Content-Type", "text/plain")])
    reply = post(lasting_service, new_host, "/register_ip", body=b"myip=192.0.2.2", **told)
    assert reply.said == "good 198.51.100.7"


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "get"])
def test_other_methods_are_refused_and_update_nothing(service, route53, method):
    credentials = basic("a.example.org", token_of("a.example.org"))
    reply = service.request(method, "/register_ip?myip=192.0.2.1", [credentials])
    assert reply.status == 405
    assert reply.header("Allow") == "GET, POST"
    # Whatever it had set off would be in the zone before this.
    assert service.update("b.example.org", "192.0.2.2").said == "good 192.0.2.2"
    assert route53.snapshot() == {("b.example.org", "A"): ["192.0.2.2"]}


def test_http_1_0_is_answered_whole_and_the_connection_closed(lasting_service, new_host):
    with lasting_service.connect() as connection:
        credentials = basic(new_host, token_of(new_host))
        target = "/register_ip?myip=192.0.2.1"
        connection.send(wire.request("GET", target, [credentials], version="HTTP/1.0"))
        reply = connection.receive()
        assert (reply.status, reply.said) == (200, "good 192.0.2.1")
        assert connection.is_closed()


@pytest.mark.parametrize(
    "method, target, status",
    [
        ("GET", "/check_ip", 200),
        ("HEAD", "/check_ip", 200),
        ("GET", "/healthz", 200),
        ("GET", "/register_ip", 401),
        ("POST", "/register_ip", 401),
        ("HEAD", "/register_ip", 405),
        ("DELETE", "/check_ip", 405),
        ("GET", "/", 401),
        ("GET", "/?mode=get", 200),
        ("POST", "/", 400),
        ("HEAD", "/", 405),
        ("GET", "/reflect", 200),
        ("GET", "/x", 404),
        ("GET", "/register_ip/", 404),
        ("GET", "/register_ipx", 404),
        ("GET", "/REGISTER_IP", 404),
        ("POST", "/nothing", 404),
    ],
)
def test_every_reply_has_a_length_and_stays_out_of_caches(lasting_service, method, target, status):
    reply = lasting_service.request(method, target)  # which insists on a Content-Length
    assert reply.status == status
    assert reply.header("Cache-Control") == "no-store"


# --- who may


def test_without_credentials_the_caller_is_challenged(lasting_service):
    reply = lasting_service.get("/register_ip?myip=192.0.2.1")
    assert (reply.status, reply.body) == (401, "badauth\n")
    assert reply.header("WWW-Authenticate") == REALM
    assert reply.header("Content-Type") == "text/plain"


def authorization(value):
    return "Authorization", value


@pytest.mark.parametrize(
    "credentials",
    [
        basic("a.example.org", "wrong"),
        basic("a.example.org", ""),
        basic("a.example.org", token_of("a.example.org")[:-1]),
        basic("a.example.org", token_of("a.example.org") + "x"),
        basic("a.example.org", token_of("a.example.org") + "\0"),
        basic("a.example.org", token_of("a.example.org").upper()),
        basic("a.example.org", token_of("h0.example.org")),
        basic("nobody.example.org", token_of("a.example.org")),
        basic("nobody.example.org", "wrong"),
        basic("", ""),
        basic("", token_of("a.example.org")),
        basic("a", token_of("a.example.org")),
        basic("a.example.org..", token_of("a.example.org")),
        basic(".a.example.org", token_of("a.example.org")),
        basic("a.example.org\0", token_of("a.example.org")),
        basic("*.example.org", token_of("a.example.org")),
        basic(b"\xff\xfe", b"\x80"),
        basic("x" * 300, "x" * 300),
        basic("a.example.org", "x" * 20000),
        authorization("Basic"),
        authorization("Basic "),
        authorization("Basic ===="),
        authorization("Basic YQ"),
        authorization("Basic YQ=="),  # no colon in it
        authorization("Basic not base64!"),
        authorization("Bearer " + basic("a.example.org", token_of("a.example.org"))[1][6:]),
        authorization(basic("a.example.org", token_of("a.example.org"))[1][6:]),
        authorization(""),
    ],
    ids=lambda credentials: credentials[1][:40],
)
def test_whatever_is_wrong_the_answer_is_the_same_badauth(
    lasting_service, lasting_sandbox, credentials
):
    def visible(reply):
        return reply.status, reply.body, [each for each in reply.headers if each[0] != "date"]

    challenge = lasting_service.get("/register_ip?myip=192.0.2.1")
    refusal = lasting_service.get("/register_ip?myip=192.0.2.1", [credentials])
    assert visible(refusal) == visible(challenge)
    assert lasting_sandbox.route53.record("a.example.org", "A") is None


@pytest.mark.parametrize(
    "token",
    ["with:colons:", ":", "päßwort-日本語", " with blanks ", 'quote"quote', "comma,comma", "=" * 100,
     "x" * 1024],
    ids=lambda token: repr(token[:40]),
)  # fmt: skip
def test_a_token_is_any_text(start, store, token):
    quoted = token.replace('"', '""')
    store(f'a.example.org,"{quoted}"\n'.encode())
    service = start()
    assert service.update("a.example.org", "192.0.2.1", token=token).said == "good 192.0.2.1"
    assert service.update("a.example.org", "192.0.2.1", token=token + "x").said == "badauth"


@pytest.mark.parametrize("user", ["A.Example.ORG", "a.example.org.", "A.EXAMPLE.ORG."])
def test_a_user_name_is_a_dns_name(service, route53, user):
    token = token_of("a.example.org")
    assert service.update(user, "192.0.2.1", token=token).said == "good 192.0.2.1"
    assert service.update("a.example.org", "192.0.2.1").said == "nochg 192.0.2.1"
    assert route53.snapshot() == {("a.example.org", "A"): ["192.0.2.1"]}


@pytest.mark.parametrize("scheme", ["basic", "BASIC", "Basic  "])
def test_the_schemes_case_and_blanks_do_not_matter(lasting_service, new_host, scheme):
    encoded = basic(new_host, token_of(new_host))[1].removeprefix("Basic ")
    headers = [("authorization", f"{scheme} {encoded}")]
    reply = lasting_service.get("/register_ip?myip=192.0.2.1", headers)
    assert reply.said == "good 192.0.2.1"


# --- wildcards


def test_a_wildcard_answers_for_all_names_below(start, dig, route53):
    service = start("*.w.example.org", "x.w.example.org")
    assert service.update("*.w.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert dig("anything.w.example.org") == ["192.0.2.1"]
    assert route53.snapshot() == {("*.w.example.org", "A"): ["192.0.2.1"]}


def test_a_wildcard_is_one_host_and_no_pattern(start, dig, route53):
    service = start("*.w.example.org", "x.w.example.org")
    wildcard_token = token_of("*.w.example.org")
    for stranger in ("x.w.example.org", "y.w.example.org", "w.example.org"):
        assert service.update(stranger, "192.0.2.9", token=wildcard_token).said == "badauth"
    assert service.update("*.w.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert service.update("x.w.example.org", "192.0.2.2").said == "good 192.0.2.2"
    assert service.update("*.w.example.org", "192.0.2.1").said == "nochg 192.0.2.1"
    assert service.update("*.w.example.org", "192.0.2.3").said == "good 192.0.2.3"
    assert dig("x.w.example.org") == ["192.0.2.2"]
    assert dig("y.w.example.org") == ["192.0.2.3"]
    assert set(route53.snapshot()) == {("*.w.example.org", "A"), ("x.w.example.org", "A")}
