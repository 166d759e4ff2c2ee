"""The units for systemd."""

import configparser
import json
import re
import subprocess

import pytest
from repository import ROOT, read

SERVICES = ["dyndns53", "dyndb-set-ip"]
# What set-ip has in place of what a server needs.
ITS_OWN = {"TimeoutStartSec", "DynamicUser"}
A_SERVERS = {"ExecReload", "Restart", "RestartPreventExitStatus", "TimeoutStopSec", "LimitNOFILE"}
A_SERVERS |= {"WatchdogSec"}
A_SERVERS |= {"User"}
EXPOSURE_MAX = 1.5
# Of what systemd counts, this is left. A server that listens and calls AWS needs the
# network, and AF_UNIX for the log and for systemd; the rest has its reason in the unit.
LEFT = {
    "RootDirectory=/RootImage=",
    "RestrictAddressFamilies=~AF_(INET|INET6)",
    "RestrictAddressFamilies=~AF_UNIX",
    "PrivateNetwork=",
    "DeviceAllow=",  # the clock's, to read, by ProtectClock=
    "IPAddressDeny=",
}
LEFT_TO = {
    "dyndns53": LEFT | {"SystemCallFilter=~@resources"},
    "dyndb-set-ip": LEFT | {"RestrictAddressFamilies=~AF_NETLINK"},
}


def unit(service):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string(read(f"docs/{service}.service"))
    return parser


@pytest.mark.parametrize("service", SERVICES)
def test_no_core_file_takes_tokens_and_keys_to_the_disk(service):
    assert unit(service)["Service"]["LimitCORE"] == "0"


def test_set_ip_is_kept_in_the_same_box_as_the_server():
    server, set_ip = (unit(service)["Service"] for service in SERVICES)
    assert set(set_ip) ^ set(server) == ITS_OWN | A_SERVERS
    differ = {name for name in set(set_ip) & set(server) if set_ip[name] != server[name]}
    assert differ == {
        *{"EnvironmentFile", "ExecStart", "StateDirectory", "StateDirectoryMode"},
        *{"RestrictAddressFamilies", "SystemCallFilter", "Type"},
    }
    families = server["RestrictAddressFamilies"].split() + ["AF_NETLINK"]
    assert sorted(set_ip["RestrictAddressFamilies"].split()) == sorted(families)


def security(service, *options):
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", *options]
    return subprocess.run(
        [*command, str(ROOT / f"docs/{service}.service")], capture_output=True, text=True
    )


@pytest.mark.parametrize("service", SERVICES)
def test_systemd_finds_little_exposed(service):
    found = re.search(r"Overall exposure level for .*: (\d+\.\d) ", security(service).stdout)
    assert float(found[1]) <= EXPOSURE_MAX


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_exposed_is_known(service):
    rows = json.loads(security(service, "--json=short").stdout)
    assert {row["name"] for row in rows if row["set"] is False} == LEFT_TO[service]


STOP_TIMES = ("STOP_MS", "WRITE_MS", "LOG_STOP_MS")


def test_a_stop_has_the_time_that_the_server_takes_for_it():
    """25 seconds for callers, 3 to write down what happened, and 2 for the log; and
    the watchdog does not bite in the meantime."""
    main = read("server/main.c")
    needed = sum(int(re.search(rf"\b{name} = (\d+)", main)[1]) for name in STOP_TIMES)
    server = unit("dyndns53")["Service"]
    assert int(server["TimeoutStopSec"]) * 1000 > needed
    assert int(server["WatchdogSec"]) >= 2 * int(server["TimeoutStopSec"])


def test_systemd_hears_that_the_server_serves():
    server = unit("dyndns53")["Service"]
    assert server["Type"] == "notify"
    # Type=notify-reload, which would do so by itself, is younger than Debian 12.
    assert server["ExecReload"] == "/bin/kill -HUP $MAINPID"


def test_a_port_of_systemds_is_served_as_one_of_the_servers_own():
    """The same limits, for what callers may make the kernel keep."""
    parser = configparser.RawConfigParser()
    parser.optionxform = str
    parser.read_string(read("docs/dyndns53.socket"))
    sockets, source = parser["Socket"], read("server/http/listener.c")
    for which in ("Receive", "Send"):
        own = re.search(rf"{which.upper()}_BUFFER_BYTES = (\d+) \* 1024", source)[1]
        assert sockets[f"{which}Buffer"] == f"{own}K"
    assert (sockets["ListenStream"], sockets.get("Accept", "no")) == ("8080", "no")
    assert sockets["FileDescriptorName"] == "http"


def test_the_timer_starts_set_ip_and_goes_on_after_a_failure():
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read_string(read("docs/dyndb-set-ip.timer"))
    assert parser["Timer"]["OnUnitInactiveSec"] == "5min"
    assert parser["Install"]["WantedBy"] == "timers.target"
    assert "Install" not in unit("dyndb-set-ip"), "the timer is what is enabled"
