"""Layout, and what must not be in the repository."""

import re
import subprocess

import pytest
from repository import FLOORS, ROOT, files, sources

C_FILES = sources(*FLOORS, "tests")
CADDYFILE = "docs/proxies/Caddyfile"
# make and caddy know no other indentation.
WITH_TABS = {CADDYFILE, "debian/rules"}
SOURCED = ["packages.sh", "tests/tally.sh"]
SCRIPTS = ["try", "check", "tests/steady", "tests/package/as_root", ".ci/run",
           "debian/postinst", "debian/postrm", *SOURCED]  # fmt: skip


def texts():
    """Every file that is text, with what it says."""
    for name in files():
        path = ROOT / name
        if path.is_symlink() or name.startswith("tests/fuzz/corpus/") or name.endswith(".png"):
            continue
        yield name, path.read_bytes().decode()


def test_c_is_laid_out_by_clang_format():
    formatter = ["clang-format-14", "--dry-run", "--Werror", *C_FILES]
    finished = subprocess.run(formatter, cwd=ROOT, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_pleases_shellcheck(name):
    checker = ["shellcheck", "--external-sources", name]
    finished = subprocess.run(checker, cwd=ROOT, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout


def test_every_executable_script_is_looked_at():
    found = {name for name, text in texts() if re.match(r"#!.*\b(ba)?sh\b", text)}
    assert found == set(SCRIPTS) - set(SOURCED)
    assert all((ROOT / name).stat().st_mode & 0o111 for name in found)


def test_the_caddyfile_is_laid_out_by_caddy():
    """Which indents with tabs, and warns at every start of what is not."""
    formatter = ["caddy", "fmt", CADDYFILE]
    finished = subprocess.run(formatter, cwd=ROOT, capture_output=True, text=True, check=True)
    assert finished.stdout == (ROOT / CADDYFILE).read_text()


def test_lines_end_well():
    for name, text in texts():
        assert text == "" or text.endswith("\n"), f"{name}: the last line has no end"
        assert "\r" not in text, f"{name}: a carriage return"
        assert "\t" not in text or name in WITH_TABS, f"{name}: a tab"
        bad = [number for number, line in enumerate(text.split("\n"), 1) if line != line.rstrip()]
        assert not bad, f"{name}: blanks at the end of lines {bad}"


def test_no_path_of_somebodys_machine_is_named():
    foreign = re.compile(r"(?<![\w.~-])/(work|workspace|home|Users|root|mnt)/\w")
    for name, text in texts():
        for line in text.split("\n"):
            assert not foreign.search(line), f"{name}: {line}"


def test_no_key_is_in_it():
    # The form of AWS's key ids; their documentation's own example is harmless.
    for name, text in texts():
        keys = set(re.findall(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", text))
        assert not {key for key in keys if not key.endswith("EXAMPLE")}, name
