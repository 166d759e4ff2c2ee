"""The example of a unit for systemd."""

import configparser

from repository import read


def unit():
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string(read("docs/dyndns53.service"))
    return parser


def test_no_core_file_takes_tokens_and_keys_to_the_disk():
    assert unit()["Service"]["LimitCORE"] == "0"
