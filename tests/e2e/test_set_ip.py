"""dyndb set-ip: the machine itself keeps its record true."""

import json
import math
import os
import re
import signal
import subprocess

import pytest

from sandbox.patience import PATIENCE_SECONDS

from .reflector import Reflector
from .service import clean_environment

OK, FAILED, USAGE = range(3)
NAME = "home.example.org"
FIRST, SECOND = "192.0.2.1", "192.0.2.2"
FIRST6 = "2001:db8::1"


@pytest.fixture
def environment(sandbox, tmp_path):
    return sandbox.environment() | {"XDG_STATE_HOME": str(tmp_path / "state")}


@pytest.fixture
def set_ip(dyndb, environment, tmp_path):
    """Runs dyndb set-ip, to its end."""

    def set_ip(*arguments, **more):
        return dyndb("set-ip", *arguments, environment=environment | more, cwd=tmp_path)

    return set_ip


@pytest.fixture
def reflector():
    """Makes reflectors: reflector(body="192.0.2.1")."""
    made = []

    def reflector(*args, **more):
        made.append(Reflector(*args, **more))
        return made[-1]

    yield reflector
    for each in made:
        each.close()


@pytest.fixture
def home(lasting_service, move_in):
    """A home whose Internet connection has an address, and a server of ours in
    the Internet, which uses another AWS account."""
    return move_in(lasting_service.address, FIRST)


def from_page(home, page="/check_ip"):
    return "--ip-from", f"https://127.0.0.1:{home.port}{page}"


def actions(route53):
    return [call.action for call in route53.calls]


def state_files(tmp_path):
    return [each.name for each in (tmp_path / "state").rglob("*") if each.is_file()]


def quiet(done, status=OK):
    return (done.returncode, done.stdout, done.stderr) == (status, "", "")


# --- what it is for


@pytest.mark.parametrize(
    "page", ["/check_ip", "/check_ip?format=json", "/nic/checkip", "/reflect?apikey=verysecret"]
)
def test_the_record_follows_the_connection(set_ip, home, dig, page):
    for address in (FIRST, SECOND):
        home.address = address
        done = set_ip(NAME, *from_page(home, page), AWS_CA_BUNDLE=home.ca_file)
        assert (done.returncode, done.stdout) == (OK, ""), done.stderr
        assert dig(NAME) == [address]
        assert f"{NAME} A: {address}, TTL 300" in done.stderr
    assert f"it was {FIRST}" in done.stderr


def test_from_cron_nothing_is_changed_and_nothing_printed_when_nothing_changed(
    set_ip, home, route53
):
    route53.set_record("example.org", NAME, "A", FIRST)
    done = set_ip("-q", NAME, *from_page(home), AWS_CA_BUNDLE=home.ca_file)
    assert quiet(done)
    assert "ChangeResourceRecordSets" not in actions(route53)


def test_from_cron_a_change_is_made_and_nothing_printed(set_ip, home, dig):
    assert quiet(set_ip("-q", NAME, *from_page(home), AWS_CA_BUNDLE=home.ca_file))
    assert dig(NAME) == [FIRST]


def test_by_hand_it_says_that_nothing_changed(set_ip, route53):
    route53.set_record("example.org", NAME, "A", FIRST)
    done = set_ip(NAME, "--ip-from", FIRST)
    assert done.returncode == OK
    assert done.stderr == f"dyndb: {NAME} A: {FIRST}, as before\n"


def test_several_names_of_a_zone_are_changed_at_once(set_ip, route53):
    route53.add_zone("example.net")
    names = ["a.example.org", "b.example.org", "c.example.net", "A.Example.ORG."]
    assert set_ip(*names, "--ip-from", FIRST).returncode == OK
    assert {name: values for (name, _), values in route53.snapshot().items()} == {
        name: [FIRST] for name in names[:3]
    }
    assert sorted(len(batch.changes) for batch in route53.batches) == [1, 2]


def test_a_wildcard_may_be_set(set_ip, route53):
    for _ in range(2):
        assert set_ip("*.example.org", "--ip-from", FIRST).returncode == OK
    assert route53.record("*.example.org", "A") == [FIRST]
    assert len(route53.batches) == 1


# --- which zone


def test_the_longest_zone_is_chosen(set_ip, route53):
    inner = route53.add_zone("dyn.example.org")
    assert set_ip("home.dyn.example.org", "--ip-from", FIRST).returncode == OK
    assert [batch.zone_id for batch in route53.batches] == [inner]


def test_a_zone_that_is_named_is_not_looked_for(set_ip, route53):
    inner = route53.add_zone("dyn.example.org", private=True)
    done = set_ip("home.dyn.example.org", "--ip-from", FIRST, "--zone", f"/hostedzone/{inner}")
    assert done.returncode == OK
    assert [batch.zone_id for batch in route53.batches] == [inner]
    assert "ListHostedZones" not in actions(route53)


def test_a_name_without_a_zone_does_not_keep_the_others_from_being_set(set_ip, dig):
    done = set_ip("home.example.net", NAME, "--ip-from", FIRST)
    assert done.returncode == FAILED
    assert "home.example.net: it is in no public hosted zone" in done.stderr
    assert dig(NAME) == [FIRST]


def test_two_zones_of_a_name_are_not_guessed_about(set_ip, route53):
    second = route53.add_zone("example.org")
    done = set_ip(NAME, "--ip-from", FIRST)
    assert done.returncode == FAILED
    assert second in done.stderr and "--zone" in done.stderr
    assert route53.batches == []


# --- the TTL


def ttl_of(dig_type, route53):
    with route53._changed:
        found = route53._find_zone("example.org").at(NAME)[(dig_type, None)]
        return found.ttl


@pytest.mark.parametrize(
    "options, before, after", [([], None, 300), ([], 60, 60), (["--ttl", "120"], 60, 120)]
)
def test_the_ttl_is_the_one_given_or_the_records_or_300(set_ip, route53, options, before, after):
    if before is not None:
        route53.set_record("example.org", NAME, "A", SECOND, ttl=before)
    assert set_ip(NAME, "--ip-from", FIRST, *options).returncode == OK
    assert ttl_of("A", route53) == after


def test_a_ttl_that_is_given_is_a_difference(set_ip, route53):
    route53.set_record("example.org", NAME, "A", FIRST, ttl=60)
    assert set_ip(NAME, "--ip-from", FIRST, "--ttl", "60").returncode == OK
    assert route53.batches == []
    assert set_ip(NAME, "--ip-from", FIRST, "--ttl", "90").returncode == OK
    assert ttl_of("A", route53) == 90


# --- families


def test_both_families(set_ip, home, reflector, dig):
    page6 = reflector("::1", FIRST6)
    done = set_ip(NAME, *from_page(home), "--ip-from", page6.url, AWS_CA_BUNDLE=home.ca_file)
    assert done.returncode == OK, done.stderr
    assert (dig(NAME), dig(NAME, "AAAA")) == ([FIRST], [FIRST6])


def test_no_ipv6_is_no_trouble_and_leaves_the_aaaa_record(set_ip, home, route53):
    route53.set_record("example.org", NAME, "AAAA", FIRST6)
    assert quiet(set_ip("-q", NAME, *from_page(home), AWS_CA_BUNDLE=home.ca_file))
    assert route53.snapshot() == {(NAME, "A"): [FIRST], (NAME, "AAAA"): [FIRST6]}


def test_no_ipv6_is_trouble_where_it_is_asked_for(set_ip, home, route53):
    done = set_ip("-4", "-6", NAME, *from_page(home), AWS_CA_BUNDLE=home.ca_file)
    assert done.returncode == FAILED
    assert "the IPv6 address of this connection is not known" in done.stderr
    assert route53.snapshot() == {(NAME, "A"): [FIRST]}


def test_no_ipv4_is_trouble(set_ip, reflector, route53):
    page6 = reflector("::1", FIRST6)
    done = set_ip(NAME, "--ip-from", page6.url)
    assert done.returncode == FAILED
    assert "the IPv4 address of this connection is not known" in done.stderr
    assert set_ip("-6", NAME, "--ip-from", page6.url).returncode == OK
    assert route53.snapshot() == {(NAME, "AAAA"): [FIRST6]}


def test_ipv4_alone(set_ip, route53):
    given = ["--ip-from", FIRST, "--ip-from", FIRST6]
    assert set_ip("-4", NAME, *given).returncode == OK
    assert route53.snapshot() == {(NAME, "A"): [FIRST]}


# --- sources


def test_sources_that_disagree_change_nothing(set_ip, home, reflector, route53):
    liar = reflector(body=SECOND)
    done = set_ip(NAME, *from_page(home), "--ip-from", liar.url, AWS_CA_BUNDLE=home.ca_file)
    assert done.returncode == FAILED
    assert "the sources do not agree" in done.stderr
    assert f": {FIRST}\n" in done.stderr and f": {SECOND}\n" in done.stderr
    assert route53.batches == []


def test_two_of_three_sources_are_enough_and_one_is_not(set_ip, reflector, dig):
    pages = [reflector(body=FIRST) for _ in range(3)]
    sources = [word for page in pages for word in ("--ip-from", page.url)]
    pages[0].status = 500
    assert set_ip(NAME, *sources).returncode == OK
    assert dig(NAME) == [FIRST]
    pages[1].status = 500
    pages[2].body = SECOND
    done = set_ip(NAME, *sources)
    assert done.returncode == FAILED
    assert "only one source answered" in done.stderr and "HTTP 500" in done.stderr
    assert dig(NAME) == [FIRST]


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "100.64.0.1"])
def test_an_address_that_means_nothing_to_the_world_is_not_believed(
    set_ip, reflector, route53, address
):
    done = set_ip(NAME, "--ip-from", reflector(body=address).url)
    assert done.returncode == FAILED
    assert address in done.stderr
    assert route53.batches == []


def test_an_address_that_is_given_may_be_any(set_ip, dig):
    assert set_ip(NAME, "--ip-from", "10.0.0.1").returncode == OK
    assert dig(NAME) == ["10.0.0.1"]


def test_a_redirect_is_not_followed(set_ip, reflector, route53):
    target = reflector(body=FIRST)
    page = reflector(status=302, headers={"Location": target.url})
    done = set_ip(NAME, "--ip-from", page.url)
    assert done.returncode == FAILED and "redirects are not followed" in done.stderr
    assert target.targets == []


def test_the_error_of_a_reflector_is_told(set_ip, reflector):
    page = reflector(body='{"error": "apikey is wrong", "your_ip": ""}')
    done = set_ip(NAME, "--ip-from", page.url)
    assert done.returncode == FAILED and "it says: apikey is wrong" in done.stderr


def test_a_reflector_must_be_the_one_that_it_says(set_ip, home, route53):
    done = set_ip(NAME, *from_page(home))
    assert done.returncode == FAILED
    assert "certificate" in done.stderr
    assert route53.calls == []


def test_a_key_in_an_url_is_not_told(set_ip, reflector):
    page = reflector(status=500)
    done = set_ip(NAME, "--ip-from", page.url + "?apikey=hush-hush")
    assert done.returncode == FAILED and page.url in done.stderr
    assert page.targets[0].endswith("?apikey=hush-hush")
    assert "hush-hush" not in done.stderr


def test_an_interface_without_an_address_for_the_world_is_trouble(set_ip, route53):
    done = set_ip(NAME, "--ip-from", "interface:lo")
    assert done.returncode == FAILED
    assert "interface:lo: it has none" in done.stderr
    done = set_ip(NAME, "--ip-from", "interface:nosuch0")
    assert "there is no such interface" in done.stderr


# --- dry run, wait


def test_a_dry_run_changes_nothing(set_ip, route53, tmp_path):
    done = set_ip("--dry-run", NAME, "--ip-from", FIRST)
    assert done.returncode == OK
    assert f"{NAME} A: would be {FIRST}" in done.stderr
    assert set_ip("-n", "home.example.net", "--ip-from", FIRST).returncode == FAILED
    assert route53.batches == [] and state_files(tmp_path) == []


def test_it_waits_until_all_servers_have_the_change(
    sandbox, dyndb, environment, route53, in_background
):
    route53.propagation_seconds = math.inf
    finished = []

    def run():
        arguments = ["set-ip", NAME, "--ip-from", FIRST, "--wait"]
        finished.append(dyndb(*arguments, environment=environment))

    thread = in_background(run)
    calls = route53.wait_for_calls(5)  # zones, record, change, and twice how far it is
    assert [call.action for call in calls[3:5]] == ["GetChange"] * 2
    assert not finished
    route53.propagation_seconds = 0
    thread.join(PATIENCE_SECONDS)
    assert finished[0].returncode == OK
    assert "INSYNC" in finished[0].stderr


def test_it_does_not_wait_for_ever(set_ip, route53):
    route53.propagation_seconds = math.inf
    done = set_ip(NAME, "--ip-from", FIRST, "--wait-seconds", "1")
    assert done.returncode == FAILED
    assert "still PENDING" in done.stderr
    assert route53.record(NAME, "A") == [FIRST]


def test_without_being_told_it_does_not_wait(set_ip, route53):
    assert set_ip(NAME, "--ip-from", FIRST).returncode == OK
    assert "GetChange" not in actions(route53)


# --- what is not touched


@pytest.mark.parametrize("kind", ["alias", "weighted", "two values"])
def test_a_record_that_is_more_than_an_address_is_left_alone(set_ip, route53, kind):
    if kind == "alias":
        route53.set_record("example.org", "other.example.org", "A", SECOND)
        route53.set_alias("example.org", NAME, "A", "other.example.org")
    elif kind == "weighted":
        route53.set_weighted("example.org", NAME, "A", SECOND, "blue")
    else:
        route53.set_record("example.org", NAME, "A", [SECOND, "192.0.2.3"])
    before = route53.snapshot()
    done = set_ip(NAME, "--ip-from", FIRST)
    assert done.returncode == FAILED
    assert f"{NAME} A: it has several values, or is an alias" in done.stderr
    assert route53.snapshot() == before


# --- trouble


def test_trouble_is_told_once_and_its_end_too(set_ip, route53, tmp_path):
    route53.fail_always("access-denied")
    first = set_ip("-q", NAME, "--ip-from", FIRST)
    assert first.returncode == FAILED
    assert "AccessDenied" in first.stderr and "route53:ListHostedZones" in first.stderr
    for _ in range(2):
        assert quiet(set_ip("-q", NAME, "--ip-from", FIRST), FAILED)
    assert state_files(tmp_path) == [f"set-ip-{NAME}"]
    route53.heal()
    over = set_ip("-q", NAME, "--ip-from", FIRST)
    assert over.returncode == OK
    assert re.fullmatch(r"dyndb: the trouble since [\d-]+ [\d:]+ UTC is over\n", over.stderr)
    assert state_files(tmp_path) == []
    assert quiet(set_ip("-q", NAME, "--ip-from", FIRST))


def test_who_asks_by_hand_is_told_each_time(set_ip, route53):
    route53.fail_always("access-denied")
    for _ in range(2):
        assert "AccessDenied" in set_ip(NAME, "--ip-from", FIRST).stderr


def test_names_have_troubles_of_their_own(set_ip, route53):
    route53.fail_always("access-denied")
    for name in (NAME, "other.example.org"):
        assert "AccessDenied" in set_ip("-q", name, "--ip-from", FIRST).stderr


def test_a_state_file_may_be_named(set_ip, route53, tmp_path):
    route53.fail_always("access-denied")
    assert set_ip("-q", NAME, "--ip-from", FIRST, "--state", "here").returncode == FAILED
    assert (tmp_path / "here").stat().st_mode & 0o777 == 0o600
    assert state_files(tmp_path) == []


def test_a_state_that_cannot_be_kept_is_told(set_ip, route53, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    route53.fail_always("access-denied")
    for _ in range(2):
        done = set_ip("-q", NAME, "--ip-from", FIRST, "--state", "link")
        assert done.returncode == FAILED
        assert "AccessDenied" in done.stderr and "link: cannot be written" in done.stderr
    assert not (tmp_path / "elsewhere").exists()


def test_a_moment_of_throttling_is_no_trouble(set_ip, route53):
    route53.fail_next(1, "throttling")
    route53.fail_next(1, "prior-request", "ChangeResourceRecordSets")
    assert quiet(set_ip("-q", NAME, "--ip-from", FIRST))
    assert route53.record(NAME, "A") == [FIRST]


# --- alerts


@pytest.fixture
def topic(sandbox):
    return sandbox.sns.create_topic("alerts", "eu-west-1")


def test_a_topic_is_told_once_and_of_the_end(sandbox, set_ip, route53, topic):
    options = ["-q", NAME, "--ip-from", FIRST, "--alert-topic", topic]
    assert quiet(set_ip(*options))
    assert sandbox.sns.calls == []
    route53.fail_always("access-denied")
    for _ in range(3):
        assert set_ip(*options).returncode == FAILED
    (trouble,) = sandbox.sns.messages
    assert trouble.subject == f"DNS cannot be set: {NAME}"
    assert "AccessDenied" in trouble.message
    route53.heal()
    for _ in range(2):
        assert set_ip(*options).returncode == OK
    end = sandbox.sns.messages[1]
    assert len(sandbox.sns.messages) == 2
    assert end.subject == f"DNS is set again: {NAME}"
    assert "AccessDenied" in end.message


def test_an_alert_that_could_not_be_sent_is_sent_later(sandbox, set_ip, route53, topic):
    options = ["-q", NAME, "--ip-from", FIRST, "--alert-topic", topic]
    route53.fail_always("access-denied")
    sandbox.sns.fail_always("access-denied")
    done = set_ip(*options)
    assert "the alert could not be sent: AuthorizationError" in done.stderr
    assert "sns:Publish" in done.stderr
    assert quiet(set_ip(*options), FAILED)
    sandbox.sns.heal()
    assert quiet(set_ip(*options), FAILED)
    assert [message.subject for message in sandbox.sns.messages] == [f"DNS cannot be set: {NAME}"]


def test_the_end_is_told_even_if_it_could_not_be_at_first(
    sandbox, set_ip, route53, topic, tmp_path
):
    options = ["-q", NAME, "--ip-from", FIRST, "--alert-topic", topic]
    route53.fail_always("access-denied")
    set_ip(*options)
    route53.heal()
    sandbox.sns.fail_always("500")
    done = set_ip(*options)
    assert done.returncode == FAILED and "the alert could not be sent" in done.stderr
    assert quiet(set_ip(*options), FAILED), "the record is set, but something is left to do"
    sandbox.sns.heal()
    assert quiet(set_ip(*options))
    assert [message.subject for message in sandbox.sns.messages] == [
        f"DNS cannot be set: {NAME}",
        f"DNS is set again: {NAME}",
    ]
    assert state_files(tmp_path) == []


def test_who_was_cut_off_from_all_of_it_hears_of_it_afterwards(sandbox, set_ip, route53, topic):
    options = ["-q", NAME, "--ip-from", FIRST, "--alert-topic", topic]
    route53.fail_always("access-denied")
    sandbox.sns.fail_always("access-denied")
    assert set_ip(*options).returncode == FAILED
    route53.heal()
    sandbox.sns.heal()
    assert set_ip(*options).returncode == OK
    (end,) = sandbox.sns.messages
    assert "There was trouble since" in end.message and "AccessDenied" in end.message


# --- the configuration of autodns


@pytest.fixture
def config(home, topic, route53, tmp_path):
    """Writes autodns.json, as the article about autodns has it."""

    def config(**changes):
        content = {
            "hosted_zone_id": route53.add_zone("example.com"),
            "dns_name": "home.example.com",
            "topic_arn": topic,
            "alert_lock": str(tmp_path / "autodns_alert.lock"),
            "reflect_url": from_page(home, "/reflect?apikey=verysecret")[1],
        } | changes
        path = tmp_path / "autodns.json"
        path.write_text(json.dumps({key: each for key, each in content.items() if each}))
        return "--config", str(path)

    return config


def test_the_configuration_of_autodns_is_enough(sandbox, set_ip, config, home, route53, dig):
    options = ["-q", *config()]
    assert quiet(set_ip(*options, AWS_CA_BUNDLE=home.ca_file))
    assert dig("home.example.com") == [FIRST]
    assert "ListHostedZones" not in actions(route53)
    assert quiet(set_ip(*options, AWS_CA_BUNDLE=home.ca_file))
    assert len(route53.batches) == 1
    assert sandbox.sns.messages == []


def test_its_lock_means_that_somebody_was_told(sandbox, set_ip, config, home, route53, tmp_path):
    (tmp_path / "autodns_alert.lock").touch()
    route53.fail_always("access-denied")
    options = ["-q", *config()]
    assert quiet(set_ip(*options, AWS_CA_BUNDLE=home.ca_file), FAILED)
    assert sandbox.sns.messages == []
    route53.heal()
    done = set_ip(*options, AWS_CA_BUNDLE=home.ca_file)
    assert (done.returncode, done.stderr) == (OK, "dyndb: the trouble is over\n")
    assert [message.subject for message in sandbox.sns.messages] == [
        "DNS is set again: home.example.com"
    ]
    assert not (tmp_path / "autodns_alert.lock").exists()


def test_the_command_line_comes_first(set_ip, config, route53, dig):
    done = set_ip(NAME, *config(hosted_zone_id=None), "--ip-from", SECOND)
    assert done.returncode == OK, done.stderr
    assert dig(NAME) == [SECOND]


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"hosted_zone_id": "Route 53 hosted zone ID"}, "is no hosted zone's id"),
        ({"topic_arn": "SNS topic ARN"}, "is no topic's ARN"),
        ({"reflect_url": "http://reflect.example.org/"}, "--insecure-ip"),
        ({"dns_name": "the record"}, "'the record'"),
        ({"nds_name": "x"}, "'nds_name' is unknown"),
    ],
)
def test_what_is_wrong_with_a_configuration_is_said(set_ip, config, route53, changes, words):
    done = set_ip(*config(**changes))
    assert done.returncode == USAGE
    assert words in done.stderr
    assert route53.calls == []


# --- usage


@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "needs a NAME"),
        (["home"], "'home': the name"),
        ([NAME, "--ip-from", "eth0"], "'eth0' is no source"),
        ([NAME, "--ip-from", "http://r.example.org/"], "is not https"),
        ([NAME, "--ip-from", "https://u:p@r.example.org/"], "no password"),
        ([NAME, "--zone", "Z-1"], "'Z-1' is no hosted zone's id"),
        ([NAME, "--ttl", "5m"], "--ttl takes seconds"),
        ([NAME, "--every", "5"], "--every takes a time such as 5m"),
        ([NAME, "--every", "9s"], "--every takes a time such as 5m"),
        ([NAME, "--every", "5m", "--dry-run"], "contradict"),
        ([NAME, "--wait-seconds", "0"], "--wait-seconds takes"),
        ([NAME, "--alert-topic", "alerts"], "is no topic's ARN"),
        ([NAME, "--state", ""], "state file is empty"),
        (["--config", "nosuch.json"], "nosuch.json: cannot be read: there is no such file"),
    ],
)
def test_a_mistake_is_explained(set_ip, route53, arguments, words):
    done = set_ip(*arguments)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert words in done.stderr
    assert route53.calls == []


# --- as a service


class Running:
    """dyndb set-ip --every, running."""

    def __init__(self, binary, environment, arguments):
        self._process = subprocess.Popen(
            [binary, "set-ip", *arguments],
            env=clean_environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def signal(self, number):
        self._process.send_signal(number)

    def wait_for_end(self):
        """Returns the exit status, and what was said."""
        output, _ = self._process.communicate(timeout=PATIENCE_SECONDS)
        return self._process.returncode, output.decode()

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


@pytest.fixture
def every(dyndb, environment):
    """Starts dyndb set-ip --every 24h; SIGHUP makes a day pass."""
    running = []

    def every(*arguments, **more):
        binary = os.environ["DYNDB_BIN"]
        running.append(Running(binary, environment | more, [*arguments, "--every", "24h"]))
        return running[-1]

    yield every
    for each in running:
        each.kill()


def test_as_a_service_it_looks_again_and_again(every, home, route53):
    service = every(NAME, *from_page(home), AWS_CA_BUNDLE=home.ca_file)
    route53.wait_for_record(NAME, "A", [FIRST])
    home.address = SECOND
    service.signal(signal.SIGHUP)
    route53.wait_for_record(NAME, "A", [SECOND])
    calls = len(route53.calls)
    service.signal(signal.SIGHUP)
    route53.wait_for_calls(calls + 1)
    service.signal(signal.SIGTERM)
    status, said = service.wait_for_end()
    assert status == OK
    assert [line.split(",")[0] for line in said.splitlines()] == [
        f"dyndb: {NAME} A: {FIRST}",
        f"dyndb: {NAME} A: {SECOND}",
    ]
    assert actions(route53).count("ListHostedZones") == 1, "the zones are known by now"


def test_as_a_service_it_tells_trouble_once_and_its_end(every, sandbox, route53, topic):
    route53.fail_always("access-denied")
    service = every(NAME, "--ip-from", FIRST, "--alert-topic", topic)
    sandbox.sns.wait_for_messages(1)
    for calls in (2, 3):
        service.signal(signal.SIGHUP)
        route53.wait_for_calls(calls)
    route53.heal()
    service.signal(signal.SIGHUP)
    sandbox.sns.wait_for_messages(2)
    service.signal(signal.SIGTERM)
    status, said = service.wait_for_end()
    assert status == OK
    assert said.count("AccessDenied") == 1 and said.count("is over") == 1


def test_a_service_ends_though_it_waits_for_an_answer(every, route53):
    with route53.held():
        service = every(NAME, "--ip-from", FIRST)
        route53.wait_for_calls(1)
        service.signal(signal.SIGTERM)
        status, said = service.wait_for_end()
    assert (status, said) == (OK, "")
