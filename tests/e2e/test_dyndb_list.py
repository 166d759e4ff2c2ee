"""dyndb list-hosts and check-database: what there is, and what is wrong with it."""

import json

import pytest

from .hosts import csv_of

OK, FAILED, USAGE, INVALID, CONFLICT = range(5)

HOSTS = """hostname,token,record_type,ttl,user,lock_record,comment,x,allow_internal
a.example.org,s3cret,A,60,,yes,"at home, \x1b[31mupstairs",1,no
a.example.org,s3cret,AAAA
B.example.org.,s3cret,,,anne,,höme
"""
BAD = 'nodot,s3cret\na.example.org,s3cret\nb.example.org, s3cret,x\na.example.org,"s3cret"\n'


# --- list-hosts


def test_hosts_are_listed_without_their_tokens(tool, store):
    store(HOSTS.encode())
    finished = tool("list-hosts")
    assert (finished.returncode, finished.stderr) == (OK, "")
    assert finished.stdout.splitlines() == [
        "HOST           RECORD  TTL  USER  LOCKED  COMMENT",
        "a.example.org  A       60         locked  at home, ?[31mupstairs",
        "a.example.org  AAAA",
        "b.example.org               anne          höme",
    ]


def test_tokens_are_shown_on_request(tool, store):
    store("a.example.org", ("b.example.org", "s3cret"))
    finished = tool("list-hosts", "--show-tokens")
    assert finished.stdout.splitlines()[-1].split() == ["b.example.org", "s3cret"]


def test_json_has_every_column(tool, store):
    store(HOSTS.encode())
    listed = json.loads(tool("list-hosts", "--json").stdout)
    first = {
        "hostname": "a.example.org", "record_type": "A", "ttl": 60, "user": None,
        "allow_internal": False, "lock_record": True, "read_privilege": False,
        "mac_address": None, "ipv6_suffix": None, "expect_within": None, "expire_after": None,
        "comment": "at home, \x1b[31mupstairs",
    }  # fmt: skip
    assert listed[0] == first
    assert [each["record_type"] for each in listed] == ["A", "AAAA", None]
    assert [each["allow_internal"] for each in listed] == [False, None, None]
    shown = json.loads(tool("list-hosts", "--json", "--show-tokens").stdout)
    assert shown[0] == first | {"token": "s3cret"}


def test_the_silence_of_hosts_is_listed_as_people_write_it(tool, store):
    store(
        b"hostname,token,expect_within,expire_after\n"
        b"a.example.org,s3cret,900s,720h\nb.example.org,s3cret,,never\n"
    )
    assert tool("list-hosts").stdout.splitlines() == [
        "HOST           EXPECTED  EXPIRES",
        "a.example.org  15m       30d",
        "b.example.org            never",
    ]
    listed = json.loads(tool("list-hosts", "--json").stdout)
    assert [each["expect_within"] for each in listed] == [900, None]
    assert [each["expire_after"] for each in listed] == [30 * 86400, 0]


def test_rows_at_fault_are_no_hosts_and_are_told(tool, store):
    store(BAD.encode())
    finished = tool("list-hosts")
    assert finished.returncode == OK and "3 rows are left out" in finished.stderr
    assert finished.stdout.split() == ["HOST", "a.example.org"]
    assert len(json.loads(tool("list-hosts", "--json").stdout)) == 1


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_the_server_would_refuse_is_no_list(tool, store, options):
    store(b'a.example.org,t\nb.example.org,"x\n')
    finished = tool("list-hosts", *options)
    assert (finished.returncode, finished.stdout) == (INVALID, "")
    assert ":2:15:" in finished.stderr


def test_a_missing_database_is_told(tool):
    finished = tool("list-hosts")
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert "NoSuchKey" in finished.stderr


def test_a_local_file_is_listed(tool, tmp_path, s3):
    (tmp_path / "hosts.csv").write_bytes(csv_of("a.example.org"))
    assert "a.example.org" in tool("list-hosts", "--file", "hosts.csv").stdout
    here = {"DYNDNS_BUCKET": None, "DYNDNS_DATABASE": "hosts.csv"}
    assert "a.example.org" in tool("list-hosts", **here).stdout
    assert s3.requests == []


# --- check-database


def test_a_database_without_a_fault(tool, tmp_path, s3):
    (tmp_path / "hosts.csv").write_text(HOSTS)
    finished = tool("check-database", "hosts.csv")
    assert (finished.returncode, finished.stdout) == (OK, "")
    assert finished.stderr.splitlines() == [
        "hosts.csv:1: note: columns that the server ignores: x",
        "dyndb: hosts.csv: 3 hosts, and no fault",
    ]
    quiet = tool("check-database", "-q", "hosts.csv")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (OK, "", "")
    assert s3.requests == []


def test_every_fault_has_its_line_and_column(tool):
    finished = tool("check-database", "-", stdin=BAD.encode())
    assert (finished.returncode, finished.stdout) == (INVALID, "")
    assert [line.split(": ")[0] for line in finished.stderr.splitlines()] == [
        "<stdin>:1:1", "<stdin>:3:23", "<stdin>:4:1",
    ]  # fmt: skip
    assert "s3cret" not in finished.stderr


def test_faults_as_json(tool):
    finished = tool("check-database", "--json", "-", stdin=BAD.encode())
    assert (finished.returncode, finished.stderr) == (INVALID, "")
    told = json.loads(finished.stdout)
    assert (told["file"], told["valid"], told["hosts"]) == ("<stdin>", False, 1)
    assert told["faults"][1] | {"reason": ""} == {
        "line": 3, "column": 23, "hostname": "b.example.org", "reason": "",
    }  # fmt: skip
    assert len(told["faults"]) == 3 and "s3cret" not in finished.stdout
    good = tool("check-database", "--json", "-", stdin=HOSTS.encode())
    told = json.loads(good.stdout)
    assert good.returncode == OK and told["valid"] and told["faults"] == []
    assert (told["hosts"], told["columns_ignored"]) == (3, "x")


def test_it_needs_no_environment(dyndb):
    finished = dyndb("check-database", "-", stdin=csv_of("a.example.org"))
    assert finished.returncode == OK


@pytest.mark.parametrize(
    "arguments", [["check-database"], ["check-database", ""], ["list-hosts", "x"]], ids=" ".join
)
def test_mistakes_are_told(tool, arguments):
    finished = tool(*arguments)
    assert (finished.returncode, finished.stdout) == (USAGE, "")
