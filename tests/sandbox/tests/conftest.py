"""Fixtures: a sandbox, and botocore as a client that is not ours."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import botocore.session
import pytest
from botocore.config import Config

from sandbox import Sandbox
from sandbox.patience import PATIENCE_SECONDS, TEST_SECONDS, TooSlow


@pytest.fixture(autouse=True)
def deadline():
    """No test may hang: not on a thread, a socket or a child."""

    def give_up(*_):
        raise TooSlow("the end of the test", TEST_SECONDS)

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(TEST_SECONDS)
    yield
    signal.alarm(0)


@pytest.fixture
def sandbox():
    """Never throttled; a test of the rate says so with set_rate()."""
    before = set(threading.enumerate())
    with Sandbox(rate=10_000) as sandbox:
        sandbox.s3.create_bucket("hosts")
        yield sandbox
    left = [thread.name for thread in set(threading.enumerate()) - before]
    assert not [name for name in left if name.startswith("sandbox")], "a thread was left running"


@pytest.fixture
def route53(sandbox):
    return sandbox.route53


@pytest.fixture
def s3(sandbox):
    return sandbox.s3


@pytest.fixture
def zone(route53):
    return route53.add_zone("example.org")


@pytest.fixture(scope="session")
def botocore_session():
    return botocore.session.Session()


@pytest.fixture
def connect(botocore_session, sandbox):
    """Makes botocore clients of the sandbox which try once and no more."""

    def connect(service, region="us-east-1", retries=0, **credentials):
        account = sandbox.account
        client = botocore_session.create_client(
            service,
            region_name=region,
            endpoint_url=sandbox.endpoint_url,
            aws_access_key_id=credentials.get("key", account.access_key),
            aws_secret_access_key=credentials.get("secret", account.secret_key),
            aws_session_token=credentials.get("token", account.session_token),
            config=Config(
                retries={"max_attempts": retries},
                connect_timeout=PATIENCE_SECONDS,
                read_timeout=PATIENCE_SECONDS,
                s3={"addressing_style": "path"},
            ),
        )
        clients.append(client)
        return client

    clients = []
    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def dns_client(connect):
    """A client of Route 53."""
    return connect("route53")


@pytest.fixture
def s3_client(connect):
    return connect("s3")


@pytest.fixture
def later():
    """Runs a function in another thread; returns its future."""
    pool = ThreadPoolExecutor(8)
    yield pool.submit
    pool.shutdown(cancel_futures=True)
