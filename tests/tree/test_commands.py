"""dyndb: a command is one file of cli/ and one line of the table."""

import re
import subprocess

import pytest
from repository import clean_environment, program, read, sources

from sandbox.patience import PATIENCE_SECONDS

# The file of each command, by the command's name.
FILES = {
    name.replace("_", "-"): path
    for path in sources("cli")
    for name in re.findall(r"^const struct command command_(\w+) = {$", read(path), re.M)
}
MANUAL = read("man/dyndb.1")


def listed():
    """The commands that the table has."""
    table = read("cli/commands.h").split("#define COMMANDS(X)")[1].split("\n\n")[0]
    return [name.replace("_", "-") for name in re.findall(r"X\((\w+)\)", table)]


def helped(*arguments):
    finished = subprocess.run(
        [program("DYNDB_BIN"), "help", *arguments],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def paragraph(command):
    """What the manual says of a command, its head included."""
    found = re.search(rf"^\.It Cm {command}\b.*\n((?:(?!\.It Cm |\.El).*\n)*)", MANUAL, re.M)
    assert found, f"dyndb(1) does not explain {command}"
    return found[0]


def test_every_command_is_in_the_table_and_in_a_file_of_its_own():
    assert "upload-database" in FILES
    assert sorted(listed()) == sorted(FILES)
    assert len(set(FILES.values())) == len(FILES)


@pytest.mark.parametrize("command", FILES)
def test_a_command_is_called_as_its_object(command):
    assert f'.name = "{command}",' in read(FILES[command])


@pytest.mark.parametrize("command", FILES)
def test_a_command_asks_for_options_of_its_own_table_only(command):
    """Nothing else would tell of a name that is misspelt there."""
    asked = re.findall(
        r'options_(?:given|value|next_value)\(\s*options,\s*"([^"]+)"', read(FILES[command])
    )
    assert set(asked) <= set(re.findall(r"--([a-z0-9-]+)", helped(command)))


@pytest.mark.parametrize("command", FILES)
def test_the_manual_has_a_command_with_all_its_options(command):
    """The options that several commands have are explained once."""
    options = set(re.findall(r"--([a-z0-9-]+)", helped(command).split("\nOptions:\n")[1]))
    explained = set(re.findall(r"^\.It .*?Fl -([a-z0-9-]+)", MANUAL, re.M))
    assert paragraph(command)
    assert options <= explained | set(re.findall(r"\bFl -([a-z0-9-]+)", paragraph(command)))
