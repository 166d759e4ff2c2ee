"""What systemd is told: when the server is ready, reloads, stops, and whether it
hangs. dyndns53.service relies on it (Type=notify, WatchdogSec=)."""

import re
import time

import pytest

from sandbox.patience import until

from .manager import Ear
from .threads import hanging, named

RELOADING = r"RELOADING=1\nMONOTONIC_USEC=\d+"


@pytest.fixture(params=["path", "abstract"])
def any_ear(request, tmp_path):
    ear = Ear(str(tmp_path / "notify") if request.param == "path" else f"@{tmp_path}")
    yield ear
    ear.close()


@pytest.fixture
def ear(tmp_path):
    ear = Ear(f"@{tmp_path}/notify")
    yield ear
    ear.close()


# --- its life


def test_systemd_hears_of_the_start_of_reloads_and_of_the_stop(start, any_ear, store):
    service = start("a.example.org", NOTIFY_SOCKET=any_ear.address)
    ready = any_ear.wait("READY=1")
    assert re.match("STATUS=1 host, table current, ", any_ear.heard()[ready - 2])
    store("a.example.org", "b.example.org")
    service.reload()
    reloading = any_ear.wait(RELOADING, after=ready)
    again = any_ear.wait("READY=1", after=reloading)
    assert any_ear.heard()[again - 2].startswith("STATUS=2 hosts, table current")
    # What it promised then is so.
    assert service.update("b.example.org", "192.0.2.1").said == "good 192.0.2.1"
    service.stop()
    any_ear.wait("STOPPING=1", after=again)
    assert [news.split("=")[0] for news in any_ear.heard() if not news.startswith("STATUS=")] == [
        *("READY", "RELOADING", "READY", "STOPPING")
    ]


def test_ready_means_that_callers_are_served(start, store, s3, ear):
    """That is more than that the process runs: the table is read first."""
    store("a.example.org")
    with s3.held():
        service = start(ready=False, NOTIFY_SOCKET=ear.address)
        s3.wait_for_requests(1)
        assert service.get("/check_ip").status == 200
        assert "READY=1" not in ear.heard()
    ear.wait("READY=1")
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_a_database_that_cannot_be_read_does_not_hold_up_the_start(start, ear, store):
    """Else systemd would start the server again and again. Its status says more."""
    service = start(ready=False, NOTIFY_SOCKET=ear.address)
    ear.wait("READY=1")
    assert [news for news in ear.heard() if re.match("STATUS=0 hosts, table none", news)]
    assert service.get("/healthz").status == 503
    store("a.example.org")
    service.wait_until_ready()
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"


def test_a_reload_that_fails_has_an_end_too(start, ear, store):
    service = start("a.example.org", NOTIFY_SOCKET=ear.address, AWS_MAX_ATTEMPTS=1)
    ready = ear.wait("READY=1")
    store(b"")
    service.reload()
    again = ear.wait("READY=1", after=ear.wait(RELOADING, after=ready))
    assert ear.heard()[again - 2].startswith("STATUS=1 host, table stale")


def test_a_manager_that_is_not_there_is_told_in_the_log(start, tmp_path):
    service = start("a.example.org", NOTIFY_SOCKET=str(tmp_path / "nobody"))
    deaf = service.wait_for_event("service_manager_deaf")
    assert deaf.level == "warn" and "No such file" in deaf["reason"]


# --- the watchdog


def test_the_watchdog_is_fed_while_all_go_round(start, ear):
    start("a.example.org", NOTIFY_SOCKET=ear.address, WATCHDOG_USEC=200_000)
    ready = ear.wait("READY=1")
    for _ in range(5):
        ready = ear.wait("WATCHDOG=1", after=ready)


def is_starved(service, ear):
    """Main goes on, and says other things, but feeds the watchdog no more."""
    before = len(ear.heard())
    time.sleep(1)  # ten times as long as it waits
    service.reload()
    after = ear.wait(RELOADING, after=before)
    return "WATCHDOG=1" not in ear.heard()[before:after]


@pytest.mark.parametrize("name", ["updater", "loop"])
def test_the_watchdog_bites_when_a_thread_hangs(start, ear, name):
    service = start(
        "a.example.org", NOTIFY_SOCKET=ear.address, WATCHDOG_USEC=200_000, DYNDNS_THREADS=3
    )
    thread = named(service.pid, name)[-1]
    with hanging(thread):
        hangs = service.wait_for_event("thread_hangs", thread=name)
        assert hangs.level == "error"
        # Which a slow machine may have said of a moment before, too.
        until(lambda: is_starved(service, ear), "a watchdog that is not fed")
    ear.wait("WATCHDOG=1", after=len(ear.heard()))


# --- secrets that it keeps


def test_secrets_may_come_as_credentials_of_systemd(start, sandbox, tmp_path):
    names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
    for name in names:
        (tmp_path / name).write_text(sandbox.environment()[name] + "\n")
    (tmp_path / "DYNDNS_REFLECT_KEY").write_text("a-key")
    service = start(
        "a.example.org", CREDENTIALS_DIRECTORY=tmp_path, **dict.fromkeys(names)
    )
    assert service.update("a.example.org", "192.0.2.1").said == "good 192.0.2.1"
    assert service.get("/reflect?apikey=a-key").status == 200
    assert "a-key" not in service.get("/reflect?apikey=another").body


def test_a_credential_that_can_be_no_value_is_told(dyndns53, tmp_path):
    (tmp_path / "DYNDNS_API_KEY").write_bytes(b"s3cret\0")
    (tmp_path / "DYNDNS_DATABASE").write_text("hosts.csv")
    done = dyndns53("--check-config", environment={"CREDENTIALS_DIRECTORY": tmp_path})
    assert done.returncode == 2
    assert "DYNDNS_API_KEY: its file in CREDENTIALS_DIRECTORY: it holds a NUL byte" in done.stderr
    assert "DYNDNS_DATABASE" not in done.stderr and "s3cret" not in done.stderr
