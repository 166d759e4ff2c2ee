"""Debian's ddclient, with the settings of docs/CLIENTS.md: what it reports, what
it remembers, and what is true."""

import re

import pytest

from . import captures, manual
from .clients import Ddclient
from .hosts import token_of

HOST = "a.example.org"
HOME = "198.51.100.7"


@pytest.fixture
def ddclient(tmp_path):
    return Ddclient(tmp_path)


def configuration(home, host=HOST, token=None):
    """As the document has it, with a certificate that nobody else has signed."""
    text = manual.settings("## ddclient")
    text = manual.filled_in(text, f"127.0.0.1:{home.port}", host, token or token_of(host))
    return f"ssl_ca_file={home.ca_file}\n{text}"


def without_asking(text):
    """The same, with an address that is known without a call."""
    return re.sub(r"^use=web, .*$", f"use=ip, ip={HOME}", text, flags=re.M)


def test_a_new_address_is_a_success(service, move_in, ddclient, dig):
    home = move_in(service.address)
    outcome = ddclient.run(configuration(home))
    assert outcome.status == 0
    assert outcome.output == f"SUCCESS:  updating {HOST}: good: IP address set to {HOME}\n"
    assert ddclient.remembers(HOST)["status"] == "good"
    assert dig(HOST) == [HOME]

    home.address = "203.0.113.8"  # it has moved
    outcome = ddclient.run(configuration(home), "-force")
    assert (outcome.status, "SUCCESS" in outcome.output) == (0, True)
    assert ddclient.remembers(HOST)["ip"] == "203.0.113.8"
    assert dig(HOST) == ["203.0.113.8"]


def test_the_same_address_is_a_success_with_a_warning(service, move_in, ddclient, dig):
    service.register(HOST, HOME)
    outcome = ddclient.run(configuration(move_in(service.address)))
    assert outcome.status == 0
    assert outcome.output.startswith(f"WARNING:  updating {HOST}: nochg: ")
    assert ddclient.remembers(HOST)["status"] == "good"
    assert dig(HOST) == [HOME]


def test_it_does_not_call_while_its_cache_says_the_same(service, move_in, ddclient):
    home = move_in(service.address)
    for _ in range(2):
        assert ddclient.run(configuration(home)).status == 0
    assert [b"/nic/update" in each for each in home.requests] == [False, True, False]


def test_a_wrong_token_is_a_failure(service, move_in, ddclient, dig):
    outcome = ddclient.run(configuration(move_in(service.address), token="wrong"))
    assert outcome.status == 1
    assert f"FAILED:   updating {HOST}: authorization failed (HTTP/1.1 401 " in outcome.output
    assert "badauth" in outcome.output and "SUCCESS" not in outcome.output
    assert ddclient.remembers(HOST)["status"] != "good"
    assert dig(HOST) == []


def test_after_a_failure_it_is_silent_for_a_while(service, move_in, ddclient):
    home = move_in(service.address)
    text = without_asking(configuration(home, token="wrong"))
    assert ddclient.run(text).status == 1
    outcome = ddclient.run(text)
    assert (outcome.status, outcome.output) == (0, "")
    assert len(home.requests) == 1


def test_an_unknown_host_is_a_failure(service, move_in, ddclient, dig):
    """So is one of another login's."""
    for other in ("elsewhere.example.org", "b.example.org"):
        text = configuration(move_in(service.address)).replace(f"\n{HOST}\n", f"\n{other}\n")
        outcome = ddclient.run(text)
        assert outcome.status == 1
        assert outcome.output.startswith(f"FAILED:   updating {other}: nohost: ")
        assert ddclient.remembers(other)["status"] == "nohost"
        assert dig(other) == []


def test_each_of_several_hosts_hears_its_own_truth(start, store, move_in, ddclient, dig):
    store(b"hostname,token,user,lock_record\na.example.org,secret,joe,\nb.example.org,secret,joe,\n"
          b"c.example.org,secret,joe,true\nd.no-zone.example,secret,joe,\n")  # fmt: skip
    truth = {
        "a.example.org": "good",
        "b.example.org": "good",
        "c.example.org": "abuse",
        "d.no-zone.example": "dnserr",
        "elsewhere.example.org": "nohost",
    }
    text = configuration(move_in(start().address), "joe", "secret")
    outcome = ddclient.run(text.replace("\njoe\n", f"\n{','.join(truth)}\n"))
    assert outcome.status == 1
    assert dict(re.findall(r"updating (\S+): (\w+):", outcome.output)) == truth
    assert {host: ddclient.remembers(host)["status"] for host in truth} == truth
    assert dig("a.example.org") == dig("b.example.org") == [HOME]


def test_a_server_out_of_order_is_a_failure(troubled_service, move_in, ddclient):
    """Since /nic/update says 911 with 200."""
    outcome = ddclient.run(configuration(move_in(troubled_service.address)))
    assert outcome.status == 1
    assert outcome.output == f"FAILED:   updating {HOST}: unexpected status (911)\n"
    assert ddclient.remembers(HOST)["status"] == "911"


def test_what_failed_is_a_success_later(start, sandbox, route53, move_in, ddclient):
    service = start(HOST, DYNDNS_DEADLINE_SECONDS=1)
    home = move_in(service.address)
    sandbox.unplug()
    assert ddclient.run(configuration(home)).status == 1
    assert route53.record(HOST, "A") is None
    sandbox.plug()
    route53.wait_for_record(HOST, "A", HOME)
    service.register(HOST, HOME)  # once the server has heard of that, too
    assert ddclient.run(configuration(home), "-force").status == 0
    assert ddclient.remembers(HOST)["status"] == "good"


def test_on_register_ip_it_would_report_nothing(troubled_service, move_in, ddclient):
    """Why the document has it call /nic/update: /register_ip says 911 with 503,
    as curl and wget want it, and of that ddclient 3.10 says nothing at all."""
    home = move_in(troubled_service.address)
    outcome = ddclient.run("script=/register_ip\n" + configuration(home))
    assert (outcome.status, outcome.output) == (0, "")
    assert ddclient.remembers(HOST)["status"] != "good"
    assert home.requests[-1].startswith(b"GET /register_ip?")


def test_no_server_is_a_failure(free_port, move_in, ddclient):
    home = move_in(("127.0.0.1", free_port))
    home.close()
    outcome = ddclient.run(without_asking(configuration(home)))
    assert outcome.status == 1
    told = f"FAILED:   updating {HOST}: Could not connect to 127.0.0.1:{home.port}."
    assert told in outcome.output
    assert ddclient.remembers(HOST)["status"] != "good"


def test_a_certificate_of_somebody_else_is_a_failure(service, move_in, ddclient, dig):
    text = configuration(move_in(service.address))
    outcome = ddclient.run(text.split("\n", 1)[1])
    assert outcome.status == 1 and "certificate verify failed" in outcome.output
    assert dig(HOST) == []


def test_https_needs_a_package_that_is_only_recommended(service, move_in, ddclient, tmp_path):
    module = tmp_path / "perl/IO/Socket/SSL.pm"
    module.parent.mkdir(parents=True)
    module.write_text("die 'as if it were not installed'")
    home = move_in(service.address)
    outcome = ddclient.run(configuration(home), PERL5LIB=str(tmp_path / "perl"))
    assert outcome.status == 1
    assert "libio-socket-ssl-perl must be installed" in outcome.output
    outcome = ddclient.run("curl=yes\n" + configuration(home))  # which does not help
    assert (outcome.status, "curl not found" in outcome.output) == (1, True)
    assert home.requests == []


def test_it_sends_what_was_captured(service, move_in, ddclient):
    home = move_in(service.address)
    ddclient.run(configuration(home))
    where = f"127.0.0.1:{home.port}"
    assert home.requests == [
        captures.ddclient("/check_ip", where),
        captures.ddclient(
            f"/nic/update?system=dyndns&hostname={HOST}&myip={HOME}", where, (HOST, token_of(HOST))
        ),
    ]


def test_it_finds_its_address_on_either_page(service, move_in, ddclient, dig):
    home = move_in(service.address)
    text = configuration(home).replace("/check_ip", "/nic/checkip")
    assert ddclient.run(text).status == 0
    assert dig(HOST) == [HOME]


def test_its_address_may_be_of_ipv6(service, move_in, ddclient, dig):
    home = move_in(service.address, "2001:db8::7")
    outcome = ddclient.run(configuration(home))
    assert outcome.output == f"SUCCESS:  updating {HOST}: good: IP address set to 2001:db8::7\n"
    assert (dig(HOST, "A"), dig(HOST, "AAAA")) == ([], ["2001:db8::7"])
