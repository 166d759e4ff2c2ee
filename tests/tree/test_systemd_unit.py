"""The units for systemd."""

import configparser

import pytest
from repository import read

SERVICES = ["dyndns53", "dyndb-set-ip"]
# What set-ip has in place of what a server needs.
ITS_OWN = {"TimeoutStartSec", "DynamicUser"}
A_SERVERS = {"ExecReload", "Restart", "RestartPreventExitStatus", "TimeoutStopSec", "LimitNOFILE"}
A_SERVERS |= {"WatchdogSec"}
A_SERVERS |= {"User", "AmbientCapabilities", "RemoveIPC"}


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
        *{"CapabilityBoundingSet", "RestrictAddressFamilies", "Type"},
    }
    assert set_ip["CapabilityBoundingSet"] == ""
    families = server["RestrictAddressFamilies"].split() + ["AF_NETLINK"]
    assert sorted(set_ip["RestrictAddressFamilies"].split()) == sorted(families)


def test_the_timer_starts_set_ip_and_goes_on_after_a_failure():
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read_string(read("docs/dyndb-set-ip.timer"))
    assert parser["Timer"]["OnUnitInactiveSec"] == "5min"
    assert parser["Install"]["WantedBy"] == "timers.target"
    assert "Install" not in unit("dyndb-set-ip"), "the timer is what is enabled"
