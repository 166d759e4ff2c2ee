"""Debian's curl, wget and busybox, with the commands of docs/CLIENTS.md: what they
say, how they exit, and what is true."""

import re
import shlex
from urllib.parse import quote

import pytest

from . import captures, clients, manual
from .hosts import token_of

HOST = "a.example.org"
HOME = "198.51.100.7"
LOGIN = HOST, token_of(HOST)

# How each exits when it hears 401, 503, and nothing.
FAILURES = {"curl": (22, 22, 7), "wget": (6, 8, 4), "busybox": (1, 1, 1)}
KINDS = list(FAILURES)


@pytest.fixture
def fetch(tmp_path):
    """Types a command as the document has it, at home. Certificates are believed
    that no authority has signed."""

    def fetch(home, command, token=LOGIN[1]):
        server = f"localhost:{home.port}"
        clients.password_file(tmp_path / ".wgetrc", f"ca_certificate = {home.ca_file}\n")
        clients.password_file(tmp_path / ".curlrc", f"cacert = {home.ca_file}\n")
        typed = manual.filled_in(command, server, HOST, token)
        return clients.run(tmp_path, "sh", "-c", typed, SSL_CERT_FILE=str(home.ca_file))

    return fetch


def command_of(kind) -> str:
    return manual.commands(f"## {kind}")[0]


ALL_COMMANDS = [each for kind in KINDS for each in manual.commands(f"## {kind}")]


@pytest.mark.parametrize("command", ALL_COMMANDS)
def test_a_new_address_and_the_same_one_are_successes(service, move_in, fetch, dig, command):
    home = move_in(service.address)
    named = re.search(r"myip=([^']*)", command)
    addresses = named[1].split(",") if named else [HOME]
    for word in ("good", "nochg"):
        outcome = fetch(home, command)
        assert (outcome.status, outcome.output) == (0, f"{word} {','.join(addresses)}\n")
    assert dig(HOST, "A") + dig(HOST, "AAAA") == addresses


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_of_ipv6_has_a_record_of_its_own(service, move_in, fetch, dig, kind):
    home = move_in(service.address, "2001:db8::7")
    assert fetch(home, command_of(kind)).output == "good 2001:db8::7\n"
    assert (dig(HOST, "A"), dig(HOST, "AAAA")) == ([], ["2001:db8::7"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_token_is_a_failure(service, move_in, fetch, dig, kind):
    outcome = fetch(move_in(service.address), command_of(kind), token="wrong")
    assert outcome.status == FAILURES[kind][0]
    assert not re.search("good|nochg", outcome.output)
    assert dig(HOST) == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_host_is_a_failure(start, move_in, fetch, dig, kind):
    """The host is the user, so it is the user who is unknown."""
    outcome = fetch(move_in(start("b.example.org").address), command_of(kind))
    assert outcome.status == FAILURES[kind][0]
    assert not re.search("good|nochg", outcome.output)
    assert dig(HOST) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_out_of_order_is_a_failure(troubled_service, move_in, fetch, kind):
    """Since /register_ip says 911 with 503."""
    outcome = fetch(move_in(troubled_service.address), command_of(kind))
    assert outcome.status == FAILURES[kind][1]
    assert not re.search("good|nochg", outcome.output)


@pytest.mark.parametrize("kind", KINDS)
def test_on_nic_update_they_would_report_a_success(troubled_service, move_in, fetch, kind):
    """Why the document has them call /register_ip: /nic/update says 911 with 200,
    as ddclient wants it, and they go by the status."""
    command = command_of(kind).replace("/register_ip", "/nic/update")
    outcome = fetch(move_in(troubled_service.address), command)
    assert (outcome.status, outcome.output) == (0, "911\n")


@pytest.mark.parametrize("kind", KINDS)
def test_what_failed_is_a_success_later(start, sandbox, route53, move_in, fetch, kind):
    service = start(HOST, DYNDNS_DEADLINE_SECONDS=1)
    home = move_in(service.address)
    sandbox.unplug()
    assert fetch(home, command_of(kind)).status == FAILURES[kind][1]
    assert route53.record(HOST, "A") is None
    sandbox.plug()
    route53.wait_for_record(HOST, "A", HOME)
    service.register(HOST, HOME)  # once the server has heard of that, too
    assert fetch(home, command_of(kind)).status == 0


@pytest.mark.parametrize("kind", KINDS)
def test_no_server_is_a_failure(free_port, move_in, fetch, kind):
    home = move_in(("127.0.0.1", free_port))
    home.close()
    assert fetch(home, command_of(kind)).status == FAILURES[kind][2]


@pytest.mark.parametrize("kind", KINDS)
def test_a_certificate_of_somebody_else_is_a_failure(
    service, move_in, tmp_path, fetch, dig, kind
):
    home = move_in(service.address)
    stranger = tmp_path / "stranger.pem"
    stranger.write_text("")
    typed = manual.filled_in(command_of(kind), f"localhost:{home.port}", *LOGIN)
    assert clients.run(tmp_path, "sh", "-c", typed).status != 0
    assert (home.requests, dig(HOST)) == ([], [])


def test_they_send_what_was_captured(service, move_in, fetch):
    home = move_in(service.address)
    where, path = f"localhost:{home.port}", "/register_ip"
    sent = {}
    for kind in KINDS:
        begin = len(home.requests)
        fetch(home, command_of(kind))
        sent[kind] = home.requests[begin:]
    assert sent == {
        "curl": [captures.curl(path, where, LOGIN)],
        "wget": [captures.gnu_wget(path, where), captures.gnu_wget(path, where, LOGIN)],
        "busybox": [captures.busybox_wget(path, where, LOGIN)],
    }


# --- cron


@pytest.fixture
def cron(tmp_path):
    """Does what the document's table has cron do; gives what cron would mail."""
    schedule, command = re.fullmatch(
        r"((?:\S+ ){5})(.+)\n", manual.settings("## cron", 0)
    ).groups()
    assert schedule == "*/10 * * * * "

    def cron(home, token=LOGIN[1]):
        machine = manual.settings("## cron", 1)
        netrc = manual.filled_in(machine, "localhost", HOST, token)
        clients.password_file(tmp_path / ".dyndns53", netrc)
        clients.password_file(tmp_path / ".curlrc", f"cacert = {home.ca_file}\n")
        typed = manual.filled_in(command, f"localhost:{home.port}", HOST, token)
        return clients.run(tmp_path, "sh", "-c", typed).output

    return cron


def test_cron_says_nothing_unless_something_is_wrong(service, move_in, cron, dig):
    home = move_in(service.address)
    assert cron(home) == ""
    assert dig(HOST) == [HOME]
    assert cron(home) == ""  # nochg
    assert cron(home, token="wrong") == "badauth\n"


def test_cron_tells_of_a_server_out_of_order(troubled_service, move_in, cron):
    assert cron(move_in(troubled_service.address)) == "911\n"


def test_cron_tells_of_no_server(free_port, move_in, cron):
    home = move_in(("127.0.0.1", free_port))
    home.close()
    assert cron(home).startswith("curl: (7) ")


# --- OpenWrt

# As ddns-scripts 2.7 and later call what is installed, GNU wget before curl. In the
# place of uclient-fetch, which Debian has not, stands what its options are from.
SCRIPTS = {
    "wget": "wget -nv -t 1 -O data -o errors --ca-certificate={ca} --no-proxy '{url}'",
    "curl": "curl -RsS -o data --stderr errors --cacert {ca} --noproxy '*' '{url}'",
    "busybox": "busybox wget -q -O data -Y off '{url}' 2>errors",
}


@pytest.fixture(params=list(SCRIPTS))
def ddns_scripts(request, tmp_path):
    """What the scripts do with the document's section of /etc/config/ddns: the
    exit status, and what was answered."""
    text = manual.settings("## OpenWrt")
    options = dict(re.findall(r"^    option (\w+) '(.*)'$", text, re.M))
    assert options["use_https"] == "1"

    def ddns_scripts(home, address=HOME, token=LOGIN[1]):
        values = {"USERNAME": quote(HOST, safe=""), "PASSWORD": quote(token, safe="")}
        values |= {"DOMAIN": HOST, "IP": address}
        url = options["update_url"].replace(manual.SERVER, f"localhost:{home.port}")
        url = re.sub(r"\[(\w+)\]", lambda name: values[name[1]], url)
        url = re.sub("^http:", "https:", url)
        command = SCRIPTS[request.param].format(url=url, ca=shlex.quote(str(home.ca_file)))
        finished = clients.run(tmp_path, "sh", "-c", command, SSL_CERT_FILE=str(home.ca_file))
        data = tmp_path / "data"
        return finished.status, data.read_text() if data.exists() else ""

    ddns_scripts.kind = request.param
    return ddns_scripts


def test_as_openwrt_calls_it(service, move_in, ddns_scripts, dig):
    home = move_in(service.address)
    for word in ("good", "nochg"):
        assert ddns_scripts(home) == (0, f"{word} {HOME}\n")
    assert dig(HOST) == [HOME]
    assert ddns_scripts(home, "2001:db8::7") == (0, "good 2001:db8::7\n")
    assert dig(HOST, "AAAA") == ["2001:db8::7"]


def test_a_token_of_any_characters_gets_through_openwrts_url(start, move_in, ddns_scripts):
    token = "s3cr:t @/?#%&+"
    home = move_in(start((HOST, token)).address)
    assert ddns_scripts(home, token=token) == (0, f"good {HOME}\n")


def test_openwrt_tries_again_what_failed(troubled_service, move_in, ddns_scripts):
    """Which its way of calling curl does not show."""
    status, answer = ddns_scripts(move_in(troubled_service.address))
    if ddns_scripts.kind == "curl":
        assert (status, answer) == (0, "911\n")
    else:
        assert status != 0 and "good" not in answer
