"""/nic/update: what routers say, and what they are told."""

from urllib.parse import quote, urlencode

import pytest

from sandbox.patience import until

from .hosts import numbered, token_of
from .proxy import forwarded
from .wire import basic

TOKEN = token_of("alice")
ALICE = basic("alice", TOKEN)
FORM = ("Content-Type", "application/x-www-form-urlencoded")
HEADER = "hostname,token,user,record_type,lock_record,allow_internal,ipv6_suffix\n"


@pytest.fixture
def serve(start, store):
    """Starts a server for alice's hosts: rows without their token and user."""

    def serve(*rows, **environment):
        lines = (row.split(",", 1) + [""] for row in rows)
        text = "".join(f"{name},{TOKEN},alice,{rest}\n" for name, rest, *_ in lines)
        store((HEADER + text + f"home.example.org,{token_of('home.example.org')}\n").encode())
        return start(**environment)

    return serve


def call(service, credentials=ALICE, path="/nic/update", headers=(), **parameters):
    target = f"{path}?{urlencode(parameters, safe=',:')}"
    return service.get(target, [credentials, *headers])


def lines(reply):
    """The lines of a reply that is whole: each ends in LF."""
    assert reply.body.endswith("\n") and "\r" not in reply.body
    return reply.body.splitlines()


def sizes(route53):
    return [len(batch.changes) for batch in route53.batches]


# --- the URLs


@pytest.mark.parametrize("path", ["/nic/update", "/v3/update", "/register_ip"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1"])
def test_one_grammar_on_each_url(lasting_service, new_host, path, method, version):
    target = f"{path}?hostname={new_host}&myip=192.0.2.1,2001:db8::1"
    credentials = basic(new_host, token_of(new_host))
    reply = lasting_service.request(method, target, [credentials], version=version)
    assert (reply.status, reply.body) == (200, "good 192.0.2.1,2001:db8::1\n")
    assert reply.header("Content-Type") == "text/plain"


def test_a_form_says_the_same(lasting_service, new_host):
    form = urlencode({"hostname": new_host, "myip": "192.0.2.1,2001:db8::1"}).encode()
    credentials = basic(new_host, token_of(new_host))
    reply = lasting_service.request("POST", "/nic/update", [credentials, FORM], form)
    assert reply.said == "good 192.0.2.1,2001:db8::1"


@pytest.mark.parametrize("agent", [None, "", "Company - Device - 1.0", "\xff" * 500])
def test_any_user_agent_will_do(lasting_service, new_host, agent):
    headers = [] if agent is None else [("User-Agent", agent)]
    credentials = basic(new_host, token_of(new_host))
    reply = lasting_service.get("/nic/update?myip=192.0.2.1", [credentials, *headers])
    assert reply.said == "good 192.0.2.1"


@pytest.mark.parametrize("method", ["HEAD", "PUT", "OPTIONS"])
@pytest.mark.parametrize("path", ["/nic/update", "/v3/update"])
def test_other_methods_are_refused(lasting_service, path, method):
    reply = lasting_service.request(method, path)
    assert (reply.status, reply.header("Allow")) == (405, "GET, POST")


@pytest.mark.parametrize("path", ["/nic/update", "/v3/update"])
def test_without_credentials_the_caller_is_challenged(lasting_service, path):
    reply = lasting_service.get(f"{path}?hostname=a.example.org")
    assert (reply.status, reply.body) == (401, "badauth\n")
    assert reply.header("WWW-Authenticate") == 'Basic realm="dyndns53"'


@pytest.mark.parametrize(
    "header", [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://elsewhere.example")]
)
@pytest.mark.parametrize("path", ["/nic/update", "/v3/update"])
def test_a_page_of_another_site_registers_nothing(service, route53, path, header):
    credentials = basic("a.example.org", token_of("a.example.org"))
    reply = service.get(f"{path}?myip=192.0.2.1", [credentials, header])
    assert reply.status == 403
    assert route53.snapshot() == {}


# --- many hosts


def test_twenty_hosts_with_both_families_leave_in_one_batch(serve, route53):
    hosts = numbered(20)
    service = serve(*hosts)
    reply = call(service, hostname=",".join(hosts), myip="203.0.113.9,2001:db8::9")
    assert lines(reply) == ["good 203.0.113.9,2001:db8::9"] * 20
    assert sizes(route53) == [40]
    assert route53.snapshot() == {
        (host, type): [address]
        for host in hosts
        for type, address in (("A", "203.0.113.9"), ("AAAA", "2001:db8::9"))
    }
    again = call(service, hostname=",".join(hosts), myip="203.0.113.9,2001:db8::9")
    assert lines(again) == ["nochg 203.0.113.9,2001:db8::9"] * 20
    assert sizes(route53) == [40]


def test_twenty_one_are_too_many(serve, route53):
    service = serve(*numbered(21))
    reply = call(service, hostname=",".join(numbered(21)), myip="192.0.2.1")
    assert (reply.status, reply.body) == (200, "numhost\n")
    assert route53.snapshot() == {}


def test_every_host_hears_its_own_truth(serve, route53):
    route53.add_zone("example.com")
    service = serve(
        "a.example.org", "same.example.org", "locked.example.org,,true",
        "four.example.org,A", "no-zone.example.net",
    )  # fmt: skip
    assert call(service, hostname="same.example.org", myip="192.0.2.1").said == "good 192.0.2.1"
    asked = {
        "a.example.org": "good 192.0.2.1",
        "same.example.org": "nochg 192.0.2.1",
        "locked.example.org": "abuse",
        "home.example.org": "nohost",  # of somebody else
        "new.example.org": "nohost",
        "home": "notfqdn",
        "four.example.org": "good 192.0.2.1",
        "no-zone.example.net": "dnserr",
        "A.Example.Org.": "good 192.0.2.1",
    }
    reply = call(service, hostname=",".join(asked), myip="192.0.2.1")
    assert reply.status == 200
    assert dict(zip(asked, lines(reply), strict=True)) == asked
    assert route53.snapshot() == {
        (host, "A"): ["192.0.2.1"]
        for host in ("a.example.org", "same.example.org", "four.example.org")
    }


def test_hosts_of_two_zones_leave_at_the_same_time(serve, route53):
    route53.add_zone("example.com")
    service = serve("a.example.org", "a.example.com")
    with route53.held():
        target = "/nic/update?hostname=a.example.org,a.example.com&myip=192.0.2.1"
        pending = service.send("GET", target, [ALICE])
        route53.wait_for_batches(2)
    assert lines(pending.wait()) == ["good 192.0.2.1"] * 2


def test_a_host_that_route53_refuses_spoils_no_other(serve, route53):
    route53.set_record("example.org", "b.example.org", "CNAME", "elsewhere.example.net.")
    service = serve("a.example.org", "b.example.org", "c.example.org")
    reply = call(
        service, hostname="a.example.org,b.example.org,c.example.org", myip="192.0.2.1,2001:db8::1"
    )
    good = "good 192.0.2.1,2001:db8::1"
    assert lines(reply) == [good, "dnserr", good]


# --- 911


@pytest.mark.parametrize(
    "path, status", [("/nic/update", 200), ("/v3/update", 200), ("/register_ip", 503)]
)
def test_911_has_the_status_that_its_callers_read(start, sandbox, path, status):
    sandbox.route53.set_rate(1 / 86400, burst=1)
    service = start("a.example.org", ready=False, DYNDNS_DEADLINE_SECONDS=1)
    service.wait_for_event("table_loaded")
    credentials = basic("a.example.org", token_of("a.example.org"))
    heard = []

    def is_out_of_order():
        heard.append(service.get(f"{path}?myip=192.0.2.1", [credentials]))
        return heard[-1].said == "911"

    until(is_out_of_order, lambda: f"911, heard {heard[-1].said}")
    assert heard[-1].status == status
    assert (heard[-1].header("Retry-After") is not None) == (status == 503)


@pytest.mark.parametrize("path, status", [("/nic/update", 200), ("/register_ip", 503)])
def test_911_is_said_of_those_alone_that_have_no_answer(serve, route53, path, status):
    route53.add_zone("example.com")
    service = serve("a.example.org", "a.example.com", DYNDNS_DEADLINE_SECONDS=1)
    until(
        lambda: call(service, hostname="a.example.org", myip="192.0.2.1").said != "911",
        "an address that is known",
    )
    with route53.held():
        reply = call(service, path=path, hostname="a.example.com,a.example.org", myip="192.0.2.1")
    assert (reply.status, lines(reply)) == (status, ["911", "nochg 192.0.2.1"])
    until(
        lambda: route53.record("a.example.com", "A") == ["192.0.2.1"],
        "the change that still goes out",
    )


# --- the addresses


def test_the_callers_address_leaves_the_other_family_alone(serve, route53):
    service = serve("a.example.org", DYNDNS_TRUSTED_PROXIES="127.0.0.2")
    assert call(service, hostname="a.example.org", myip="192.0.2.1,2001:db8::1").status == 200
    told = forwarded("198.51.100.7", headers=[ALICE])
    reply = service.get("/nic/update?hostname=a.example.org&myip=", **told)
    assert reply.said == "good 198.51.100.7"
    assert route53.snapshot() == {
        ("a.example.org", "A"): ["198.51.100.7"],
        ("a.example.org", "AAAA"): ["2001:db8::1"],
    }


@pytest.mark.parametrize(
    "parameters, said",
    [
        ({"myip": "192.0.2.2", "myipv6": "2001:db8::2"}, "good 192.0.2.2,2001:db8::2"),
        ({"myip": "2001:db8::2,192.0.2.2"}, "good 192.0.2.2,2001:db8::2"),
        ({"myip": "192.0.2.2/24,2001:db8::2/64"}, "good 192.0.2.2,2001:db8::2"),
        ({"myip": "::ffff:192.0.2.2"}, "good 192.0.2.2"),
        ({"myip": "192.0.2.1,2001:db8::2"}, "good 192.0.2.1,2001:db8::2"),
        ({"myip": "192.0.2.1,2001:db8::1"}, "nochg 192.0.2.1,2001:db8::1"),
        ({"myip": "preserve", "myipv6": "2001:db8::2"}, "good 2001:db8::2"),
        ({"myip": "192.0.2.2", "myipv6": "preserve"}, "good 192.0.2.2"),
        ({"myip": "preserve", "myipv6": "preserve"}, "nochg"),
        ({"myip": "192.0.2.2,rubbish"}, "dnserr"),
        ({"myip": "192.0.2.2,192.0.2.3"}, "dnserr"),
        ({"myip": "192.0.2.2,fd00::1"}, "dnserr"),
    ],
    ids=str,
)
def test_which_addresses_are_registered(serve, route53, parameters, said):
    service = serve("a.example.org")
    call(service, hostname="a.example.org", myip="192.0.2.1,2001:db8::1")
    before = route53.snapshot()
    reply = call(service, hostname="a.example.org", **parameters)
    assert reply.said == said
    word, _, addresses = said.partition(" ")
    after = route53.snapshot()
    if word == "good":
        for address in addresses.split(","):
            assert after["a.example.org", "AAAA" if ":" in address else "A"] == [address]
    elif word == "nochg":
        assert after == before


def test_a_router_tells_its_prefix_and_hosts_behind_it_have_suffixes(serve, route53):
    service = serve(
        "router.example.org",
        "nas.example.org,,,,::1234:5678:9abc:def0",
        "cam.example.org,AAAA,,,::2",
        "deep.example.org,,,,::1:0:0:0:7",
    )
    reply = call(
        service,
        hostname="router.example.org,nas.example.org,cam.example.org,deep.example.org",
        myip="203.0.113.9,2001:db8::1",
        ip6lanprefix="2001:db8:0:1::/64",
    )
    assert lines(reply) == [
        "good 203.0.113.9,2001:db8::1",
        "good 203.0.113.9,2001:db8:0:1:1234:5678:9abc:def0",
        "dnserr",  # its A record is nobody's
        "dnserr",  # its suffix is of 65 bits
    ]
    assert route53.record("cam.example.org", "AAAA") == ["2001:db8:0:1::2"]
    reply = call(service, hostname="deep.example.org", myip6prefix="2001:db8:0:10::/60",
                 myip="203.0.113.9")  # fmt: skip
    assert reply.said == "good 203.0.113.9,2001:db8:0:11::7"


# --- columns


def test_refusals_are_for_those_who_proved_who_they_are(serve, route53):
    service = serve("locked.example.org,,true", "four.example.org,A")
    wrong = basic("alice", "wrong")
    for host in ("locked.example.org", "four.example.org", "new.example.org"):
        for myip in ("2001:db8::1", "10.0.0.1", "rubbish"):
            assert call(service, wrong, hostname=host, myip=myip).said == "badauth"
    assert call(service, hostname="locked.example.org", myip="192.0.2.1").said == "abuse"
    assert call(service, hostname="four.example.org", myip="2001:db8::1").said == "dnserr"
    assert route53.snapshot() == {}


def test_a_host_may_be_allowed_internal_addresses_or_not(serve):
    service = serve("lan.example.org,,,true", "wan.example.org,,,false", "any.example.org")
    hosts = "lan.example.org,wan.example.org,any.example.org"
    assert lines(call(service, hostname=hosts, myip="10.0.0.1")) == [
        "good 10.0.0.1", "dnserr", "dnserr",
    ]  # fmt: skip
    service = serve("lan.example.org,,,true", "wan.example.org,,,false", "any.example.org",
                    DYNDNS_ALLOW_INTERNAL="true")  # fmt: skip
    assert lines(call(service, hostname=hosts, myip="10.0.0.2")) == [
        "good 10.0.0.2", "dnserr", "good 10.0.0.2",
    ]  # fmt: skip


def test_a_user_with_one_host_need_not_name_it(serve):
    service = serve("a.example.org")
    assert call(service, myip="192.0.2.1").said == "good 192.0.2.1"


def test_a_user_with_several_hosts_has_to(serve, route53):
    service = serve("a.example.org", "b.example.org")
    assert call(service, myip="192.0.2.1").said == "notfqdn"
    assert route53.snapshot() == {}


def test_the_types_of_a_name_may_have_tokens_of_their_own(start, store, route53):
    store(b"hostname,token,record_type\na.example.org,four,A\na.example.org,six,AAAA\n")
    service = start()
    four, six = basic("a.example.org", "four"), basic("a.example.org", "six")
    assert call(service, four, myip="192.0.2.1").said == "good 192.0.2.1"
    assert call(service, six, myip="2001:db8::1").said == "good 2001:db8::1"
    assert call(service, four, myip="2001:db8::2").said == "dnserr"
    assert call(service, six, myip="192.0.2.2,2001:db8::1").said == "dnserr"
    assert call(service, four, myip="192.0.2.1").said == "nochg 192.0.2.1"
    assert call(service, six, myip="2001:db8::1").said == "nochg 2001:db8::1"
    assert route53.snapshot() == {
        ("a.example.org", "A"): ["192.0.2.1"],
        ("a.example.org", "AAAA"): ["2001:db8::1"],
    }


def test_a_wildcard_is_a_record_like_any_other(serve, dig):
    service = serve("*.w.example.org")
    reply = call(service, hostname="*.w.example.org", myip="192.0.2.1,2001:db8::1")
    assert reply.said == "good 192.0.2.1,2001:db8::1"
    assert dig("anything.w.example.org", "AAAA") == ["2001:db8::1"]
    assert call(service, hostname="x.w.example.org", myip="192.0.2.1").said == "nohost"


def test_columns_may_change_while_the_server_runs(start, store, route53):
    """What is known of a record follows it from row to row."""
    token = token_of("a.example.org")
    tables = {
        "one row": f"a.example.org,{token},,\n",
        "two": f"a.example.org,{token},AAAA,\na.example.org,{token},A,\n",
        "locked": f"a.example.org,{token},,true\n",
    }

    def serve(name):
        store(f"hostname,token,record_type,lock_record\n{tables[name]}".encode())

    serve("one row")
    service = start()
    assert service.update("a.example.org", "192.0.2.1,2001:db8::1").said.startswith("good")
    calls = len(route53.calls)
    for name in ("two", "one row"):
        serve(name)
        with service.expecting("table_loaded"):
            service.reload()
        said = service.update("a.example.org", "192.0.2.1,2001:db8::1").said
        assert said == "nochg 192.0.2.1,2001:db8::1"
    assert len(route53.calls) == calls
    serve("locked")
    with service.expecting("table_loaded"):
        service.reload()
    assert service.update("a.example.org", "192.0.2.1").said == "abuse"


# --- credentials in the query


def with_query(service, host, token, **more):
    return service.get(
        f"/nic/update?hostname={host}&myip=192.0.2.1&username={host}&password={quote(token)}", **more
    )


def test_credentials_in_the_query_are_off(service, route53):
    reply = with_query(service, "a.example.org", token_of("a.example.org"))
    assert (reply.status, reply.said) == (401, "badauth")
    assert route53.snapshot() == {}


def test_credentials_in_the_query_may_be_allowed_and_are_never_logged(start):
    service = start("a.example.org", DYNDNS_QUERY_AUTH="true", DYNDNS_LOG_LEVEL="debug")
    token = token_of("a.example.org")
    assert with_query(service, "a.example.org", token).said == "good 192.0.2.1"
    assert with_query(service, "a.example.org", token + "x").said == "badauth"
    form = urlencode({"username": "a.example.org", "password": token}).encode()
    reply = service.request("POST", "/nic/update?myip=192.0.2.1", [FORM], form)
    assert reply.said == "nochg 192.0.2.1"
    service.wait_for_event("badauth", host="a.example.org")
    service.stop()
    assert "token-of" not in service.log.text()
    assert "password" not in service.log.text()


def test_a_header_counts_more_than_the_query(start):
    service = start("a.example.org", "b.example.org", DYNDNS_QUERY_AUTH="true")
    headers = [basic("b.example.org", token_of("b.example.org"))]
    assert with_query(service, "a.example.org", token_of("a.example.org"),
                      headers=headers).said == "nohost"  # fmt: skip


# --- who am I


def test_checkip_in_the_words_that_clients_scan(lasting_service):
    reply = lasting_service.get("/nic/checkip", **forwarded("198.51.100.7"))
    assert (reply.status, reply.header("Content-Type")) == (200, "text/html")
    assert "Current IP Address: 198.51.100.7</body>" in reply.body
    assert lasting_service.request("HEAD", "/nic/checkip").status == 200


def test_check_ip_as_json(lasting_service):
    reply = lasting_service.get("/check_ip?format=json", **forwarded("2001:db8::7"))
    assert reply.header("Content-Type") == "application/json"
    assert reply.body == '{"ip": "2001:db8::7"}\n'
    assert lasting_service.get("/check_ip?format=text", **forwarded("192.0.2.7")).said == "192.0.2.7"
