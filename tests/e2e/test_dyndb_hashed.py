"""dyndb and tokens that stand as hashes in the database."""

import hashlib
import re

import pytest

from .conftest import BUCKET, KEY
from .hosts import csv_of, token_of
from .test_database import is_listed
from .test_dyndb_edit import at_once, hosts_in, password_in, succeed  # noqa: F401

OK, FAILED, USAGE, INVALID, CONFLICT = range(5)
RANDOM = "b42b8ee408d165ba29588841a44edd96"
SHA256 = r"sha256:[0-9a-f]{32}:[0-9a-f]{64}"
SCRYPT = r"scrypt:16384:8:1:[0-9a-f]{32}:[0-9a-f]{64}"


def stored(s3):
    return s3.get(BUCKET, KEY).decode()


def is_hash_of(text, token):
    """By Python's own hashes."""
    kind, *costs, salt, digest = text.split(":")
    if kind == "sha256":
        return hashlib.sha256((salt + token).encode()).hexdigest() == digest
    n, r, p = map(int, costs)
    made = hashlib.scrypt(token.encode(), salt=salt.encode(), n=n, r=r, p=p, dklen=32)
    return made.hex() == digest


# --- hash-tokens


def test_random_tokens_and_those_that_people_choose(tool, store, s3):
    store(("a.example.org", RANDOM), ("b.example.org", "correct horse"))
    finished = tool("hash-tokens")
    assert (finished.returncode, finished.stdout) == (OK, "")
    assert "2 rows" in finished.stderr and RANDOM not in finished.stderr
    pattern = rf"a\.example\.org,({SHA256})\nb\.example\.org,({SCRYPT})\n"
    made = re.fullmatch(pattern, stored(s3))
    assert is_hash_of(made[1], RANDOM) and is_hash_of(made[2], "correct horse")


def test_hosts_go_on_with_the_tokens_that_they_have(tool, store, start):
    service = start("a.example.org", ("b.example.org", RANDOM), "c.example.org")
    assert tool("hash-tokens").returncode == OK
    with service.expecting("table_loaded", hosts="3"):
        service.reload()
    for host, token in (("a.example.org", token_of("a.example.org")), ("b.example.org", RANDOM)):
        assert is_listed(service, host, token)
        assert service.update(host, "192.0.2.1", token=token).said.endswith(" 192.0.2.1")
        assert service.update(host, "192.0.2.1", token=token + "x").said == "badauth"


def test_all_else_stays_byte_for_byte_and_a_user_has_one_token(tool, store, s3):
    before = (
        '\ufeff"HostName" , TOKEN,owner ,user\r\n\r\n'
        'b.example.org.,"a, ""quoted"" token" ,"two\r\nlines"\r\n'
        " C.example.org ,t1,,anne\r\n"
        "d.example.org,t1,,anne"
    )
    store(before.encode())
    assert tool("hash-tokens", "--sha256", "-q").stderr == ""
    pattern = re.escape(before)
    for token in ('"a,\\ ""quoted""\\ token"', "t1", "t1"):
        assert token in pattern
        pattern = pattern.replace(token, f"({SHA256})", 1)
    made = re.fullmatch(pattern, stored(s3))
    assert is_hash_of(made[1], 'a, "quoted" token') and is_hash_of(made[2], "t1")
    assert made[2] == made[3]


@pytest.mark.parametrize("option, kind", [("--sha256", SHA256), ("--scrypt", SCRYPT)])
def test_one_kind_for_all_on_request(tool, store, s3, option, kind):
    store(("a.example.org", RANDOM), ("b.example.org", "correct horse"))
    assert tool("hash-tokens", option).returncode == OK
    assert re.fullmatch(rf"a\.example\.org,{kind}\nb\.example\.org,{kind}\n", stored(s3))


def test_to_hash_twice_changes_nothing(tool, store, s3):
    store("a.example.org")
    assert tool("hash-tokens").returncode == OK
    before, writes = stored(s3), len([each for each in s3.requests if each.method == "PUT"])
    finished = tool("hash-tokens")
    assert finished.returncode == OK and "no token is plain" in finished.stderr
    assert stored(s3) == before
    assert len([each for each in s3.requests if each.method == "PUT"]) == writes


def test_hosts_of_the_hash_protocols_keep_their_tokens_unless_it_is_asked_for(tool, store, s3):
    before = b"hostname,token,read_privilege\na.example.org,t,yes\nb.example.org,u,\n"
    store(before)
    finished = tool("hash-tokens")
    assert finished.returncode == FAILED and "read_privilege" in finished.stderr
    assert stored(s3) == before.decode()
    assert tool("hash-tokens", "--all", "--sha256").returncode == OK
    assert re.search(rf"^a\.example\.org,{SHA256},yes$", stored(s3), re.M)


def test_what_is_no_database_is_left_as_it_is(tool, store, s3):
    store(b'a.example.org,"t\n')
    finished = tool("hash-tokens")
    assert finished.returncode == INVALID and "double quote" in finished.stderr
    assert stored(s3) == 'a.example.org,"t\n'


def test_where_there_is_none_none_is_made(tool, s3):
    finished = tool("hash-tokens")
    assert finished.returncode == FAILED and "no database" in finished.stderr
    assert [each for each in s3.requests if each.method == "PUT"] == []


def test_two_kinds_at_once_are_refused(tool, s3):
    assert tool("hash-tokens", "--sha256", "--scrypt").returncode == USAGE
    assert tool("rotate-token", "a.example.org", "--hashed", "--plain").returncode == USAGE
    assert s3.requests == []


def test_who_adds_a_host_meanwhile_loses_none(tool, s3, in_background, succeed):  # noqa: F811
    for number in range(10):
        one, two = f"one{number}.example.org", f"two{number}.example.org"
        assert tool("add-host", one).returncode == OK
        at_once(s3, in_background, succeed("hash-tokens"), succeed("add-host", two), requests=4)
        assert f"{one},sha256:" in stored(s3)
    names = [f"{who}{number}.example.org" for number in range(10) for who in ("one", "two")]
    assert hosts_in(s3.get(BUCKET, KEY))[1:] == names


def test_a_local_file(tool, tmp_path):
    path = tmp_path / "hosts.csv"
    path.write_bytes(csv_of("a.example.org"))
    path.chmod(0o640)
    assert tool("hash-tokens", "--sha256", "--file", str(path)).returncode == OK
    made = re.fullmatch(rf"a\.example\.org,({SHA256})\n", path.read_text())
    assert is_hash_of(made[1], token_of("a.example.org"))
    assert path.stat().st_mode & 0o777 == 0o640


# --- add-host and rotate-token


def test_a_host_is_added_with_a_hash_and_its_owner_gets_the_token(tool, s3):
    finished = tool("add-host", "a.example.org", "--hashed")
    made = re.fullmatch(rf"hostname,token\na\.example\.org,({SHA256})\n", stored(s3))
    assert is_hash_of(made[1], password_in(finished.stdout))


def test_a_password_that_a_person_chose_takes_scrypt(tool, s3):
    finished = tool("add-host", "a.example.org", "--hashed", "--token", "-", stdin=b"correct horse")
    made = re.fullmatch(rf"hostname,token\na\.example\.org,({SCRYPT})\n", stored(s3))
    assert is_hash_of(made[1], "correct horse")
    assert "horse" not in finished.stdout + finished.stderr


@pytest.mark.parametrize(
    "before, option, kind",
    [
        ("plain", None, "[0-9a-f]{32}"), ("plain", "--hashed", SHA256),
        ("hashed", None, SHA256), ("hashed", "--plain", "[0-9a-f]{32}"),
    ],
)  # fmt: skip
def test_another_token_stands_as_the_old_one_did(tool, store, s3, before, option, kind):
    hashed = f"sha256:01234567:{hashlib.sha256(b'01234567t').hexdigest()}"
    store(("a.example.org", hashed if before == "hashed" else "t"), "b.example.org")
    options = [] if option is None else [option]
    token = password_in(tool("rotate-token", "a.example.org", *options).stdout)
    made = re.match(rf"a\.example\.org,({kind})\n", stored(s3))
    assert made[1] == token or is_hash_of(made[1], token)
