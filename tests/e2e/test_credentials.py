"""Where the credentials for AWS come from, when the environment has none."""

import json
import stat

import pytest

from .conftest import BUCKET, DEFAULTS, KEY
from .hosts import numbered

# Whatever is secret of the sandbox's temporary keys holds this.
SECRET = "token-of-keys"
HOSTS = numbered(40)
EXPIRIES = 5
DYNDB_FAILED = 1


@pytest.fixture
def sources(sandbox):
    return sandbox.sources


@pytest.fixture
def environment(sandbox, tmp_path):
    """What a server is given in place of keys: environment("instance")."""

    def environment(source):
        match source:
            case "instance":
                # A second, the default, may be too short for a busy machine.
                patience = {"AWS_METADATA_SERVICE_TIMEOUT": "60"}
                return sandbox.environment_of_instance() | patience
            case "container":
                token = tmp_path / "container-token"
                token.write_text("Bearer the-task\n")
                sandbox.sources.container_token = "Bearer the-task"
                file = {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(token)}
                return sandbox.environment_of_container() | file
            case "web identity":
                return sandbox.environment_of_web_identity(tmp_path / "web-token")

    return environment


@pytest.fixture
def profile(sandbox, tmp_path):
    """Writes AWS's shared files, and returns what points to them."""

    def profile(credentials="", config=""):
        (tmp_path / "credentials").write_text(credentials)
        (tmp_path / "config").write_text(config)
        return dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")) | {
            "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
            "AWS_CONFIG_FILE": str(tmp_path / "config"),
            "AWS_PROFILE": "dev",
        }

    return profile


def users_keys(sandbox, name="dev"):
    account = sandbox.account
    return (
        f"[{name}]\naws_access_key_id = {account.access_key}\n"
        f"aws_secret_access_key = {account.secret_key}\n"
    )


def keys_in(keys, name="dev"):
    return (
        f"[{name}]\naws_access_key_id={keys.access_key}\n"
        f"aws_secret_access_key={keys.secret_key}\naws_session_token={keys.token}\n"
    )


def update_all(service, hosts, address):
    """A load of callers at once, none of whom may fail."""
    pending = [service.update_later(host, address) for host in hosts]
    said = {each.wait().said for each in pending}
    assert said == {f"good {address}"}


SOURCES = ["instance", "container", "web identity"]
FOUND = {
    "instance": "instance role",
    "container": "container",
    "web identity": "web identity role arn:aws:iam::123456789012:role/pod",
}


# --- roles


@pytest.mark.threads
@pytest.mark.parametrize("source", SOURCES)
def test_no_call_fails_when_the_credentials_end_early(start, sandbox, environment, source):
    """AWS refuses them at once, whatever was said of their end."""
    service = start(*HOSTS, **environment(source))
    assert service.wait_for_event("credentials_found")["source"] == FOUND[source]
    for number in range(EXPIRIES):
        given = len(sandbox.account.issued())
        sandbox.account.expire_issued()
        update_all(service, HOSTS, f"192.0.2.{number + 1}")
        assert len(sandbox.account.issued()) > given
    refused = [call for call in sandbox.route53.calls if call.error == "ExpiredToken"]
    assert len(refused) >= EXPIRIES
    assert service.events("credentials_unavailable") == []
    assert len(service.events("credentials_found")) == 1
    assert SECRET not in service.log.text()


@pytest.mark.parametrize("source", SOURCES)
def test_credentials_are_renewed_before_their_end(start, sandbox, environment, sources, source):
    sources.lifetime_seconds = 20
    service = start(*HOSTS, **environment(source))
    number = 0
    while len(sandbox.account.issued()) < EXPIRIES:
        number += 1
        update_all(service, HOSTS, f"192.0.2.{number % 250 + 1}")
    assert service.events("credentials_unavailable") == []


def test_requests_go_on_with_the_old_ones_while_new_ones_are_fetched(
    start, sandbox, environment, sources
):
    sources.lifetime_seconds = 100  # renewed after a tenth of that
    service = start("a.example.org", **environment("container"))
    number, given = 0, len(sources.calls)
    with sources.held():
        while len(sources.calls) == given:
            number += 1
            address = f"192.0.2.{number % 250 + 1}"
            assert service.update("a.example.org", address).said == f"good {address}"
        assert service.update("a.example.org", "198.51.100.1").said == "good 198.51.100.1"
    assert service.events("credentials_unavailable") == []


def test_one_fetch_at_a_time(start, sandbox, environment, sources):
    service = start(*HOSTS, **environment("container"))
    before = len(sources.calls)
    sandbox.account.expire_issued()
    update_all(service, HOSTS, "192.0.2.1")
    # All of a call's batches are refused at once, and one fetch serves them.
    assert len(sources.calls) == before + 1


def test_the_containers_token_is_read_each_time(start, sandbox, environment, sources):
    variables = environment("container")
    service = start("a.example.org", **variables)
    sources.container_token = "Bearer another"
    with open(variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], "w") as file:
        file.write("Bearer another")
    sandbox.account.expire_issued()
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_the_metadata_is_asked_by_version_2_alone(start, environment, sources):
    start("a.example.org", **environment("instance"))
    assert [call.action for call in sources.calls] == ["token", "role", "instance"]
    assert {call.status for call in sources.calls} == {200}


# --- profiles


def test_keys_of_a_profile(start, sandbox, profile):
    service = start("a.example.org", **profile(users_keys(sandbox)))
    source = service.wait_for_event("credentials_found")["source"]
    assert source.startswith("profile dev of /") and source.endswith("/credentials")
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_a_file_that_somebody_else_renews(start, sandbox, profile, tmp_path):
    service = start("a.example.org", **profile(keys_in(sandbox.account.issue(3600))))
    sandbox.account.expire_issued()
    (tmp_path / "credentials").write_text(keys_in(sandbox.account.issue(3600)))
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_a_role_that_a_profile_assumes(start, sandbox, profile, sources):
    sources.external_id = "the-external-id"
    role = (
        "[profile dev]\nrole_arn = arn:aws:iam::123456789012:role/dns\n"
        "source_profile = base\nexternal_id = the-external-id\n"
    )
    service = start("a.example.org", **profile(users_keys(sandbox, "base"), role))
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    sandbox.account.expire_issued()
    assert service.update("a.example.org", "192.0.2.2").said == "good 192.0.2.2"
    assert {call.action for call in sources.calls} == {"AssumeRole"}
    assert len(sources.calls) == 2


def make_program(tmp_path, text):
    program = tmp_path / "give-keys"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(stat.S_IRWXU)
    return f"[profile dev]\ncredential_process = {program}\n"


def test_a_program_that_prints_keys(start, sandbox, profile, tmp_path):
    def print_new_keys():
        keys = sandbox.account.issue(3600)
        document = {
            "Version": 1,
            "AccessKeyId": keys.access_key,
            "SecretAccessKey": keys.secret_key,
            "SessionToken": keys.token,
            "Expiration": keys.expires_at.isoformat(),
        }
        (tmp_path / "keys.json").write_text(json.dumps(document))

    print_new_keys()
    config = make_program(tmp_path, f"echo nonsense >&2; cat {tmp_path}/keys.json")
    service = start("a.example.org", **profile(config=config), PATH="/usr/bin:/bin")
    assert "credential_process" in service.wait_for_event("credentials_found")["source"]
    sandbox.account.expire_issued()
    print_new_keys()
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert SECRET not in service.log.text() and "nonsense" not in service.log.text()


def test_the_region_of_a_profile(dyndns53, profile, sandbox):
    variables = profile(users_keys(sandbox), "[profile dev]\nregion = eu-west-3\n")
    settings = {"DYNDNS_BUCKET": "dyndns", "DYNDNS_DATABASE": "hosts.csv"}
    finished = dyndns53("--check-config", environment=settings | variables)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "AWS_REGION=eu-west-3\n" in finished.stdout


# --- what is wrong is told


def broken_instance(sandbox, environment, profile, tmp_path):
    sandbox.sources.role = None
    return environment("instance"), "no role is attached to the EC2 instance"


def broken_container(sandbox, environment, profile, tmp_path):
    variables = environment("container")
    sandbox.sources.container_token = "Bearer another"
    return variables, "HTTP 401: AccessDenied"


def absent_container_token(sandbox, environment, profile, tmp_path):
    variables = environment("container")
    (tmp_path / "container-token").unlink()
    return variables, "there is no such file"


def broken_web_identity(sandbox, environment, profile, tmp_path):
    variables = environment("web identity")
    sandbox.sources.web_identity_token = "another"
    return variables, "InvalidIdentityToken"


def absent_web_identity(sandbox, environment, profile, tmp_path):
    variables = environment("web identity")
    (tmp_path / "web-token").unlink()
    return variables, "there is no such file"


def broken_role(sandbox, environment, profile, tmp_path):
    sandbox.sources.external_id = "the-external-id"
    role = "[profile dev]\nrole_arn=arn:aws:iam::123456789012:role/dns\nsource_profile=base\n"
    return profile(users_keys(sandbox, "base"), role), "AccessDenied"


def broken_program(sandbox, environment, profile, tmp_path):
    return profile(config=make_program(tmp_path, "exit 3")), "exited with status 3"


def program_that_prints_no_keys(sandbox, environment, profile, tmp_path):
    return profile(config=make_program(tmp_path, "echo hello")), "no JSON"


BROKEN = [
    broken_instance,
    broken_container,
    absent_container_token,
    broken_web_identity,
    absent_web_identity,
    broken_role,
    broken_program,
    program_that_prints_no_keys,
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_source_is_told(start, sandbox, environment, profile, tmp_path, broken):
    variables, words = broken(sandbox, environment, profile, tmp_path)
    service = start("a.example.org", ready=False, **variables)
    told = service.wait_for_event("credentials_unavailable")
    assert told.level == "error" and words in told["reason"]
    assert "environment: AWS_ACCESS_KEY_ID" in told["reason"]
    assert service.wait_for_event("table_load_failed")["status"] == "denied"
    assert sandbox.s3.requests == [] and sandbox.route53.calls == []


@pytest.mark.parametrize("broken", BROKEN)
def test_the_tool_tells_it_too(dyndb, sandbox, environment, profile, tmp_path, broken):
    variables, words = broken(sandbox, environment, profile, tmp_path)
    settings = sandbox.environment() | {"DYNDNS_BUCKET": BUCKET, "DYNDNS_DATABASE": KEY}
    finished = dyndb("download-database", environment=settings | variables, cwd=tmp_path)
    assert finished.returncode == DYNDB_FAILED and finished.stdout == ""
    assert words in finished.stderr and "AWS_ACCESS_KEY_ID" in finished.stderr


def test_a_trouble_is_told_once_and_its_end_too(start, sandbox, environment, sources):
    sources.fail_always("500")
    service = start("a.example.org", ready=False, **environment("container"))
    service.wait_for_event("credentials_unavailable")
    service.wait_for_event("table_load_failed")
    sources.wait_for_calls(7)  # three for each fetch
    sources.heal()
    service.wait_for_event("credentials_found")
    service.wait_until_ready()
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert len(service.events("credentials_unavailable")) == 1
    assert len(service.events("credentials_found")) == 1


def test_callers_hear_911_while_there_are_none(start, sandbox, environment, sources):
    service = start("a.example.org", **environment("container"))
    sources.fail_always("access-denied")
    sandbox.account.expire_issued()
    assert service.update("a.example.org", "192.0.2.1").said == "911"
    service.wait_for_event("credentials_unavailable")
    sources.heal()
    service.wait_for_event("route53_health", state="ok")
    service.register("a.example.org", "192.0.2.1")


@pytest.mark.parametrize("fault", ["silence-before", "reset-before", "not-xml", "cut", "slow"])
def test_a_source_that_stumbles_is_asked_again(start, environment, sources, fault):
    sources.slow_seconds = 0.5
    sources.fail_next(1, fault)
    service = start("a.example.org", **environment("container"))
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_a_server_ends_well_while_a_source_is_silent(start, environment, sources):
    sources.fail_always("silence-before")
    service = start("a.example.org", ready=False, **environment("container"))
    sources.wait_for_calls(1)
    service.stop()


def test_a_server_ends_well_while_a_program_runs(start, profile, tmp_path):
    config = make_program(tmp_path, f"echo started > {tmp_path}/started; sleep 1000")
    service = start("a.example.org", ready=False, **profile(config=config))
    service.wait_for_event("started")
    service.stop()


def test_ended_credentials_of_an_instance_are_used_all_the_same(start, environment, sources):
    """AWS honours them while its metadata cannot renew them."""
    sources.says_ended = True
    service = start("a.example.org", **environment("instance"))
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_ended_credentials_of_others_are_not(start, environment, sources):
    sources.says_ended = True
    service = start("a.example.org", ready=False, **environment("container"))
    told = service.wait_for_event("credentials_unavailable")
    assert "what it gave has ended already" in told["reason"]


# --- said before anything is asked


@pytest.mark.parametrize("source", SOURCES)
def test_check_config_tells_the_source_and_asks_nobody(
    dyndns53, sandbox, environment, sources, source
):
    settings = DEFAULTS | sandbox.environment() | environment(source)
    finished = dyndns53("--check-config", environment=settings)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert f"# credentials: {FOUND[source]}\n" in finished.stdout
    assert sources.calls == []


def test_without_any_source_it_does_not_start(dyndns53):
    settings = {
        "DYNDNS_BUCKET": "x1x", "DYNDNS_DATABASE": "y", "AWS_EC2_METADATA_DISABLED": "true"
    }  # fmt: skip
    finished = dyndns53(environment=settings)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "\nAWS_ACCESS_KEY_ID is not set, and there is no other source" in finished.stderr


# --- the tool


@pytest.mark.parametrize("source", SOURCES)
def test_the_tool_has_the_same_sources(dyndb, sandbox, environment, store, tmp_path, source):
    store("a.example.org")
    settings = sandbox.environment() | {"DYNDNS_BUCKET": BUCKET, "DYNDNS_DATABASE": KEY}
    finished = dyndb(
        "download-database", environment=settings | environment(source), cwd=tmp_path
    )
    assert (finished.returncode, finished.stdout) == (0, "a.example.org,token-of-a.example.org\n")


@pytest.mark.parametrize("source", SOURCES)
def test_the_tool_tells_which_source_it_has(dyndb, sandbox, environment, store, tmp_path, source):
    store("a.example.org")
    settings = sandbox.environment() | {"DYNDNS_BUCKET": BUCKET, "DYNDNS_DATABASE": KEY}
    finished = dyndb("check-config", environment=settings | environment(source), cwd=tmp_path)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert f"credentials: from {FOUND[source]}\n" in finished.stdout
