"""What bash and zsh complete of dyndb's command line: all that the table of
commands has, since it is made of that."""

import re
import subprocess
from pathlib import Path

import pytest
from repository import clean_environment, program, read

from sandbox.patience import PATIENCE_SECONDS

INSTALLED = {
    "bash": "share/bash-completion/completions/dyndb",
    "zsh": "share/zsh/site-functions/_dyndb",
}


def run(*command, **more):
    finished = subprocess.run(
        command, env=clean_environment(), capture_output=True, text=True,
        timeout=PATIENCE_SECONDS, **more,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def script(shell):
    return run(program("DYNDB_BIN"), "completion", shell)


def listed():
    """The commands, each with its options."""
    table = read("cli/commands.h").split("#define COMMANDS(X)")[1].split("\n\n")[0]
    names = [name.replace("_", "-") for name in re.findall(r"X\((\w+)\)", table)]
    helped = {name: run(program("DYNDB_BIN"), "help", name) for name in names}
    return {
        name: re.findall(r"^  (?:-\w, |    )--([a-z0-9-]+)", text, re.M)
        for name, text in helped.items()
    }


@pytest.fixture(scope="module")
def completed(tmp_path_factory):
    """What bash offers for the last of some words."""
    folder = tmp_path_factory.mktemp("completion")
    (folder / "dyndb").write_text(script("bash"))
    (folder / "some file.csv").touch()

    def completed(*words):
        line = " ".join(f"'{word}'" for word in words)
        return run(
            "bash", "--norc", "-c",
            f". ./dyndb; COMP_WORDS=(dyndb {line}) COMP_CWORD={len(words)};"
            ' _dyndb; printf "%s\\n" "${COMPREPLY[@]}"',
            cwd=folder,
        ).splitlines()  # fmt: skip

    return completed


@pytest.mark.parametrize("shell", INSTALLED)
def test_it_is_installed_where_the_shell_looks(shell, tmp_path):
    build = Path(program("DYNDB_BIN")).parents[1]
    run("cmake", "--install", build, "--prefix", tmp_path)
    assert (tmp_path / INSTALLED[shell]).read_text() == script(shell)


def test_bash_completes_every_command_and_its_options(completed):
    commands = listed()
    assert {"add-host", "help"} <= set(commands)
    assert completed("") == [*commands, "--help", "--version"]
    for command, options in commands.items():
        assert completed(command, "--") == [f"--{option}" for option in options]
        assert command in completed(command[:-1])


def test_bash_completes_what_an_option_or_a_command_takes(completed):
    assert completed("add-host", "--type", "") == ["A", "AAAA"]
    assert completed("add-host", "--type", "AA") == ["AAAA"]
    assert completed("add-host", "--ttl", "") == [""]
    assert completed("add-host", "--file", "some") == ["some file.csv"]
    assert completed("upload-database", "some") == ["some file.csv"]
    assert completed("help", "unl") == ["unlock-host"]
    assert completed("completion", "z") == ["zsh"]
    assert completed("add-host", "") == completed("nonsense", "") == [""]


def test_the_script_of_bash_pleases_shellcheck(tmp_path):
    (tmp_path / "dyndb").write_text(script("bash"))
    run("shellcheck", tmp_path / "dyndb")


def test_zsh_reads_its_script(tmp_path):
    (tmp_path / "_dyndb").write_text(script("zsh"))
    run("zsh", "-f", "-n", tmp_path / "_dyndb")


def test_zsh_knows_every_command_and_its_options():
    text = script("zsh")
    for command, options in listed().items():
        assert re.search(rf"^        '{command}:.+'$", text, re.M)
        part = re.search(rf"^    {command}\)\n(.*?)^        ;;$", text, re.M | re.S)[1]
        assert re.findall(r"(?:'|,)--([a-z0-9-]+)[\[}]", part) == options
