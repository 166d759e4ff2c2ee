"""Both programs with a store that is neither AWS's nor ours: OpenStack Swift."""

import re
import time
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from sandbox import Sandbox

from . import swift as openstack
from .clock_offset import offsets_since
from .conftest import KEY, PLENTY_A_SECOND, ZONE
from .hosts import csv_of, numbered
from .proxies import Tap
from .test_dyndb import CONFLICT, FAILED, OK

LATER = csv_of("a.example.org", "b.example.org")


@pytest.fixture(scope="session")
def _lasting_swift(tmp_path_factory):
    with openstack.running(tmp_path_factory.mktemp("swift")) as swift:
        yield swift


@pytest.fixture
def swift(_lasting_swift):
    """With what its servers said, if the test fails."""
    _lasting_swift.log()
    yield _lasting_swift
    print(_lasting_swift.log())


@pytest.fixture(scope="session")
def _numbers():
    return iter(range(1_000_000))


@pytest.fixture
def bucket(swift, _numbers):
    """A new one of Swift's."""
    name = f"hosts-{next(_numbers)}"
    swift.client.create_bucket(Bucket=name)
    return name


@pytest.fixture
def sandbox():
    """For Route 53 alone. One pair of keys opens both."""
    with Sandbox(
        rate=PLENTY_A_SECOND, access_key=openstack.KEY_ID, secret_key=openstack.SECRET_KEY
    ) as sandbox:
        sandbox.route53.add_zone(ZONE)
        yield sandbox


@pytest.fixture
def store(swift, bucket):
    """Puts a database into Swift: hosts (see csv_of), or bytes as they are."""

    def store(*content, bucket=bucket, key=KEY):
        raw = len(content) == 1 and isinstance(content[0], bytes)
        body = content[0] if raw else csv_of(*content)
        swift.client.put_object(Bucket=bucket, Key=key, Body=body)
        return body

    return store


@pytest.fixture
def stored(swift, bucket):
    """What is in Swift, None if nothing."""

    def stored(bucket=bucket, key=KEY):
        try:
            return swift.client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            assert error.response["Error"]["Code"] == "NoSuchKey"
            return None

    return stored


@pytest.fixture
def environment(sandbox, swift, bucket):
    """What tells either program of Swift."""
    return sandbox.environment() | {
        "AWS_ENDPOINT_URL_S3": swift.url,
        "DYNDNS_BUCKET": bucket,
        "DYNDNS_DATABASE": KEY,
    }


@pytest.fixture
def tool(dyndb, environment, tmp_path):
    """Runs dyndb in an empty directory, set up for Swift."""

    def tool(*arguments, stdin=b"", **more):
        return dyndb(*arguments, environment=environment | more, stdin=stdin, cwd=tmp_path)

    return tool


@pytest.fixture
def file(tmp_path):
    """What the tool calls hosts.csv."""
    return tmp_path / "hosts.csv"


@pytest.fixture
def serve(start, environment):
    """Starts a server that reads Swift; see start()."""
    return lambda *hosts, **more: start(*hosts, **(environment | more))


@pytest.fixture
def tapped(swift):
    """Puts a tap between a program and Swift; see Tap."""
    taps = []

    def tapped(alter=None):
        url = urlsplit(swift.url)
        taps.append(Tap((url.hostname, url.port), alter))
        return taps[-1]

    yield tapped
    for tap in taps:
        tap.close()


@pytest.fixture
def tap(tapped):
    """Keeps what Swift says."""
    return tapped()


def url_of(tap) -> str:
    return "http://{}:{}".format(*tap.address)


def statuses(tap) -> list[int]:
    """Of Swift's answers since the last call."""
    return [int(code) for said in tap.drain() for code in re.findall(rb"HTTP/1\.1 (\d+) ", said)]


# --- there and back


def test_what_is_uploaded_is_stored_and_downloaded(tool, file, stored):
    file.write_bytes(csv_of("a.example.org"))
    uploaded = tool("upload-database", "hosts.csv")
    assert uploaded.returncode == OK and "1 host uploaded" in uploaded.stderr
    assert stored() == csv_of("a.example.org")
    file.unlink()
    assert tool("download-database", "hosts.csv").returncode == OK
    assert file.read_bytes() == csv_of("a.example.org")


def test_the_server_reads_it(serve, dig):
    service = serve("a.example.org")
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert dig("a.example.org") == ["192.0.2.1"]


def test_the_server_fetches_what_changed_and_only_that(serve, tap, store):
    service = serve("a.example.org", AWS_ENDPOINT_URL_S3=url_of(tap))
    with service.expecting("table_unchanged"):
        service.reload()
    assert statuses(tap) == [200, 304]

    store(LATER)
    with service.expecting("table_loaded", hosts=2):
        service.reload()
    assert statuses(tap) == [200]


ALL_SIGNS = "it's (1) [2] {3}; <4> |5|, @6: $7 *8 !9 ^`\\\".csv"


def there_and_back(tool, file, stored, key, **settings):
    settings = settings | {"DYNDNS_DATABASE": key}
    file.write_bytes(LATER)
    assert tool("upload-database", "hosts.csv", **settings).returncode == OK
    assert stored(key=key) == LATER
    file.unlink()
    assert tool("download-database", "hosts.csv", **settings).returncode == OK
    assert file.read_bytes() == LATER


@pytest.mark.parametrize(
    "key",
    [
        "hosts of mine.csv", "a+b.csv", "100%.csv", "a%2Fb.csv", "~ann/hosts.csv",
        "bücher/höste.csv", "日本.csv", "a//b.csv", "a/../b.csv", "/hosts.csv", "hosts/",
        "a&b=c?d#e.csv", ALL_SIGNS,
    ],
)  # fmt: skip
def test_a_key_may_hold_anything(tool, file, stored, key):
    there_and_back(tool, file, stored, key)


def test_a_bucket_with_dots_is_named_in_the_path(swift, tool, file, stored, _numbers):
    bucket = f"hosts{next(_numbers)}.example.org"
    swift.client.create_bucket(Bucket=bucket)
    file.write_bytes(LATER)
    assert tool("upload-database", "hosts.csv", DYNDNS_BUCKET=bucket).returncode == OK
    assert stored(bucket=bucket) == LATER
    assert tool("download-database", "hosts.csv", DYNDNS_BUCKET=bucket).returncode == OK


def test_a_million_hosts_come_through(tool, file, stored):
    file.write_bytes(csv_of(*numbered(1_000_000)))
    assert tool("upload-database", "hosts.csv").returncode == OK
    assert stored() == file.read_bytes()
    assert tool("download-database", "again.csv").returncode == OK
    assert file.with_name("again.csv").read_bytes() == file.read_bytes()


# --- refused


@pytest.mark.parametrize(
    "wrong", [{"AWS_SECRET_ACCESS_KEY": "other"}, {"AWS_ACCESS_KEY_ID": "test:nobody"}]
)
def test_keys_that_are_no_pair_are_told(tool, store, tmp_path, wrong):
    store("a.example.org")
    finished = tool("download-database", "hosts.csv", **wrong)
    assert finished.returncode == FAILED
    assert "SignatureDoesNotMatch" in finished.stderr
    assert "check AWS_SECRET_ACCESS_KEY" in finished.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_object_that_does_not_exist_is_told(tool, bucket):
    finished = tool("download-database")
    assert finished.returncode == FAILED and finished.stdout == ""
    assert "NoSuchKey" in finished.stderr and f"s3://{bucket}/{KEY}" in finished.stderr


@pytest.mark.parametrize("command", ["download-database", "upload-database"])
def test_a_bucket_that_does_not_exist_is_told(tool, file, command):
    file.write_bytes(LATER)
    finished = tool(command, "hosts.csv", DYNDNS_BUCKET="nowhere")
    assert finished.returncode == FAILED
    assert "NoSuchBucket" in finished.stderr and "check DYNDNS_BUCKET" in finished.stderr


def test_a_server_waits_for_an_object_that_does_not_exist_yet(serve, store):
    service = serve(ready=False)
    service.wait_for_event("table_load_failed", code="NoSuchKey", in_service="none")
    store("a.example.org")
    service.reload()
    service.wait_until_ready()


# --- elsewhere


def test_another_region_is_learned_from_the_answer(tool, store, tap, file):
    store(LATER)
    environment = {"AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL_S3": url_of(tap)}
    assert tool("download-database", "hosts.csv", **environment).returncode == OK
    assert file.read_bytes() == LATER
    assert statuses(tap) == [400, 200]


def test_the_server_learns_the_region_once(serve, tap):
    service = serve("a.example.org", AWS_REGION="eu-central-1", AWS_ENDPOINT_URL_S3=url_of(tap))
    with service.expecting("table_unchanged"):
        service.reload()
    assert statuses(tap) == [400, 200, 304]


# --- a clock that is an hour slow


def test_the_tool_signs_for_swift_s_time_and_says_so(swift, tool, file, stored):
    begun = time.monotonic()
    file.write_bytes(LATER)
    for command in ("upload-database", "download-database"):
        finished = tool(command, "hosts.csv", AWS_ENDPOINT_URL_S3=swift.fast_url)
        assert finished.returncode == OK
        (off,) = re.findall(r"set this machine's clock: it is (\d+) seconds behind", finished.stderr)
        assert int(off) in offsets_since(begun, openstack.FAST_SECONDS)
    assert stored() == LATER


@pytest.mark.parametrize("key", ["a//bücher/../~ann+1%2F.csv", ALL_SIGNS])
def test_a_key_may_hold_anything_then_too(swift, tool, file, stored, key):
    """libcurl signs for this machine's time alone; so this is another signature."""
    there_and_back(tool, file, stored, key, AWS_ENDPOINT_URL_S3=swift.fast_url)


def test_the_server_signs_for_swift_s_time_and_says_so(swift, serve):
    service = serve("a.example.org", AWS_ENDPOINT_URL_S3=swift.fast_url)
    with service.expecting("table_unchanged"):
        service.reload()
    (told,) = service.events("clock_skewed")
    assert told["service"] == "S3" and told.level == "warn"


# --- no conditional writes

WEAKER = "knows no conditional writes"


def test_without_conditional_writes_the_version_is_compared_before(tool, file, stored, tap):
    url = {"AWS_ENDPOINT_URL_S3": url_of(tap)}
    for body in (csv_of("a.example.org"), LATER):
        file.write_bytes(body)
        finished = tool("upload-database", "hosts.csv", **url)
        assert finished.returncode == OK and WEAKER in finished.stderr
        assert stored() == body
        seen = statuses(tap)
        assert 501 in seen and seen[-1] == 200


def test_nobody_s_version_is_overwritten_unseen(tool, file, store, stored):
    file.write_bytes(csv_of("a.example.org"))
    assert tool("upload-database", "hosts.csv").returncode == OK
    theirs = store("c.example.org")
    file.write_bytes(LATER)
    finished = tool("upload-database", "hosts.csv")
    assert finished.returncode == CONFLICT and "somebody changed it" in finished.stderr
    assert stored() == theirs

    finished = tool("upload-database", "--force", "--yes", "hosts.csv")
    assert finished.returncode == OK and WEAKER not in finished.stderr
    assert stored() == LATER


# --- damaged

WHOLE = csv_of(("a.example.org", "secret~1"))
IN_WORDS = "the object came damaged: its MD5 is not that of its ETag"


@pytest.fixture
def damaged_way(tapped):
    """The URL of Swift behind what turns each tilde into something else."""
    return url_of(tapped(lambda said: said.replace(b"~", b"^")))


def test_what_the_way_damaged_is_not_downloaded(tool, store, damaged_way, tmp_path):
    store(WHOLE)
    finished = tool(
        "download-database", "hosts.csv", AWS_ENDPOINT_URL_S3=damaged_way, AWS_MAX_ATTEMPTS=1
    )
    assert finished.returncode == FAILED and IN_WORDS in finished.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_the_way_damaged_does_not_replace_the_table(serve, store, damaged_way):
    store("b.example.org")
    service = serve(AWS_ENDPOINT_URL_S3=damaged_way)
    store(WHOLE)
    with service.expecting("table_load_failed", reason=IN_WORDS, in_service="the table before"):
        service.reload()
    assert service.update("b.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_what_the_disk_damaged_is_not_taken(swift, serve, store, bucket):
    """Swift finds out when it has sent the last byte, and then keeps it to itself."""
    store("b.example.org")
    service = serve(AWS_MAX_ATTEMPTS=1)
    store(WHOLE)
    swift.damage(bucket, WHOLE.replace(b"~", b"^"))
    with service.expecting("table_load_failed", reason=IN_WORDS):
        service.reload()
    with service.expecting("table_load_failed", code="NoSuchKey"):
        service.reload()
    assert service.update("b.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_what_the_disk_lost_the_end_of_is_not_taken(tool, swift, store, bucket):
    """Swift knows the length beforehand, and denies that there is such an object."""
    store(WHOLE)
    swift.damage(bucket, WHOLE[:-1])
    finished = tool("download-database", AWS_MAX_ATTEMPTS=1)
    assert (finished.returncode, finished.stdout) == (FAILED, "")
    assert "NoSuchKey" in finished.stderr
