"""The journal's store, by both of its kinds, with the sandbox's S3 and another."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox import Sandbox

from . import swift as openstack
from .conftest import BUCKET

PROGRAM = str(Path(os.environ["STORE_CALLS_BIN"]).resolve(strict=True))


@dataclass
class Said:
    status: str
    tag: str
    reason: str
    body: str

    @property
    def keys(self):
        assert self.status == "ok", self
        return self.body.splitlines()


class Store:
    """One that is called by a process for each call, as if by many servers."""

    def __init__(self, where, environment):
        self._where, self._environment = str(where), environment

    def begin(self, *words):
        settings = {name: os.environ[name] for name in os.environ if name.endswith("SAN_OPTIONS")}
        return subprocess.Popen(  # it ends with us, even if we are killed outright
            ["setpriv", "--pdeathsig", "KILL", PROGRAM, self._where, *words],
            env=settings | {"PATH": os.environ["PATH"]} | self._environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    @staticmethod
    def end(process):
        said, _ = process.communicate()
        assert process.returncode == 0
        return Said(*said.split("\n", 3))

    def call(self, *words):
        return self.end(self.begin(*words))

    def put(self, key, body, condition="always"):
        return self.call("put", key, body, condition)

    def get(self, key, *tag):
        return self.call("get", key, *tag)

    def list(self, prefix="", after=""):
        return self.call("list", prefix, after)


@pytest.fixture
def in_s3(sandbox):
    """What is denied and what is not is as under the README's policy."""
    sandbox.s3.list_permission = "state/"
    return Store(f"s3://{BUCKET}/state", sandbox.environment())


@pytest.fixture
def in_directory(tmp_path, sandbox):
    return Store(tmp_path / "state", sandbox.environment())


@pytest.fixture(params=["in_s3", "in_directory"])
def store(request):
    return request.getfixturevalue(request.param)


# --- both kinds


def test_what_is_put_is_got_unless_it_is_known(store):
    put = store.put("a/b", "one")
    assert (put.status, put.reason) == ("ok", "") and put.tag
    got = store.get("a/b")
    assert (got.status, got.tag, got.body) == ("ok", put.tag, "one")
    assert store.get("a/b", put.tag).status == "unchanged"
    store.put("a/b", "two")
    assert store.get("a/b", put.tag).body == "two"


def test_what_is_missing_is_not_found(store):
    assert store.get("a/b").status == "not_found"
    assert store.list().keys == []
    store.put("a/bc", "x")
    assert store.get("a/b").status == "not_found"


def test_the_first_one_wins_and_the_others_know(store):
    first = store.put("a", "1", "absent")
    assert store.put("a", "2", "absent").status == "conflict"
    assert store.get("a").body == "1"
    assert store.put("a", "3", first.tag).status == "ok"
    assert store.put("a", "4", first.tag).status == "conflict"
    assert store.get("a").body == "3"
    assert store.put("b", "5", first.tag).status == "conflict"


def test_processes_that_compete_lose_nothing(store):
    store.put("count", "0")
    processes = [store.begin("count", "count", "20") for _ in range(4)]
    assert [store.end(each).status for each in processes] == ["ok"] * 4
    assert store.get("count").body == "80"


def test_keys_are_listed_in_order(store):
    names = ["alerts.json", "events/dt=1/z.gz", "events/dt=10/a.gz", "events/dt=2/a b+c.gz"]
    for name in reversed(names):
        store.put(name, "x")
    assert store.list().keys == names
    assert store.list("events/dt=1/").keys == names[1:2]
    assert store.list("events/", names[1]).keys == names[2:]
    assert store.list("events/", "events/dt=11").keys == names[3:]


# --- S3


def test_a_listing_goes_through_all_pages(in_s3, s3):
    names = [f"events/{n:03}.gz" for n in range(25)]
    for name in names:
        s3.put(BUCKET, f"state/{name}", b"x")
    s3.put(BUCKET, "state/other", b"x")
    s3.listed_max = 4
    assert in_s3.list("events/").keys == names
    assert in_s3.list("events/", names[6]).keys == names[7:]
    asked = [each for each in s3.requests if "list-type" in each.query]
    assert len(asked) == 7 + 5
    assert all(each.query["prefix"] == "state/events/" for each in asked)


def test_an_object_says_what_it_is(in_s3, s3):
    in_s3.put("a", "x")
    assert s3.content_type(BUCKET, "state/a") == "application/x-test"
    assert s3.keys(BUCKET, "state/") == ["state/a"]


@pytest.mark.parametrize(
    "fault, status, is_put",
    [
        ("throttling", "throttled", False),
        ("500", "unavailable", False),
        ("access-denied", "denied", False),
        ("conflict", "unavailable", False),
        ("precondition-failed", "conflict", False),
        ("reset-before", "unavailable", False),
        ("reset-after", "unavailable", True),
        ("cut", "unavailable", True),
        ("not-xml", "unavailable", True),
        ("502", "unavailable", False),
    ],
)
def test_a_put_that_fails_is_told_of_truly(in_s3, s3, fault, status, is_put):
    """Once more, it either goes through or was there already."""
    s3.fail_next(1, fault, "PUT")
    failed = in_s3.put("a", "1", "absent")
    assert failed.status == status and failed.reason
    again = in_s3.put("a", "1", "absent")
    assert again.status == ("conflict" if is_put else "ok")
    assert s3.get(BUCKET, "state/a") == b"1"


@pytest.mark.parametrize(
    "fault, status",
    [
        ("throttling", "throttled"),
        ("500", "unavailable"),
        ("access-denied", "denied"),
        ("reset-after", "unavailable"),
        ("cut", "unavailable"),
        ("not-xml", "unavailable"),
    ],
)
def test_what_cannot_be_read_is_not_read_by_half(in_s3, s3, fault, status):
    in_s3.put("a", "x" * 100)
    s3.fail_next(1, fault, "GET")
    got = in_s3.get("a")
    assert (got.status, got.body) == (status, "") and got.reason
    s3.fail_next(1, fault, "LIST")
    listed = in_s3.list()
    assert (listed.status, listed.body) == (status, "") and listed.reason


def test_without_a_bucket_nothing_is_found(sandbox):
    nowhere = Store("s3://nowhere/state", sandbox.environment())
    for said in (nowhere.get("a"), nowhere.put("a", "x"), nowhere.list()):
        assert said.status == "not_found" and "NoSuchBucket" in said.reason


# --- Swift


@pytest.fixture(scope="module")
def swift(tmp_path_factory):
    with openstack.running(tmp_path_factory.mktemp("swift")) as swift:
        swift.client.create_bucket(Bucket="journal")
        yield swift


@pytest.fixture
def in_swift(swift):
    with Sandbox(access_key=openstack.KEY_ID, secret_key=openstack.SECRET_KEY) as sandbox:
        environment = sandbox.environment() | {"AWS_ENDPOINT_URL_S3": swift.url}
        yield Store("s3://journal/state", environment)
    print(swift.log())


def test_swift_lists_reads_and_writes(in_swift, swift):
    names = [f"events/{n:02}.gz" for n in range(5)] + ["events/a b+c=d.gz"]
    for name in names:
        assert in_swift.put(name, "x").status == "ok"
    assert in_swift.list("events/").keys == names
    assert in_swift.list("events/", names[2]).keys == names[3:]
    got = in_swift.get(names[-1])
    assert got.body == "x" and in_swift.get(names[-1], got.tag).status == "unchanged"
    assert in_swift.get("events/none").status == "not_found"


def test_swift_knows_no_conditions_and_says_so(in_swift):
    """So no state can be kept there."""
    for condition in ("absent", '"5d41402abc4b2a76b9719d911017c592"'):
        said = in_swift.put("a", "x", condition)
        assert said.status == "invalid"
        assert re.match("NotImplemented: Conditional object PUTs", said.reason)
