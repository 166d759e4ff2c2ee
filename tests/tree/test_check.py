"""./check goes on after failures, and names them all in the end; tests/steady
does so for many runs. Both are tried with builds that are none."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from repository import ROOT, clean_environment

from sandbox.patience import until

ALL_STAGES = ["gcc", "clang", "threads", "release", "package"]

# In place of cmake and ninja: a build is a file of the scenario's folder, which
# says which tests it has. ctest is the real one.
STUBS = {
    "dpkg-query": "echo installed",
    "cmake": """
        case $1 in
        --install) [ ! -e "$SCENARIO/no-installation" ]; exit ;;
        esac
        while [ "$1" != -B ]; do shift; done
        cp "$SCENARIO/${2##*/}" "$2/CTestTestfile.cmake"
    """,
    "ninja": 'if grep DOES_NOT_COMPILE "$2/CTestTestfile.cmake"; then exit 1; fi',
}

LABELS = 'set_tests_properties({name} PROPERTIES LABELS "unit;threads;package")\n'


def build_of(**commands) -> str:
    """A build whose tests are these commands of the shell."""
    return "".join(
        f"add_test({name} /bin/sh -c [[{command}]])\n" + LABELS.format(name=name)
        for name, command in commands.items()
    )


def executable(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def check(tmp_path):
    """Runs ./check with such builds by their stages' names (whatever is not named
    has one test, which passes); returns its exit status and its lines."""
    root, stubs, scenario = (tmp_path / name for name in ("root", "stubs", "scenario"))
    for name in ("check", "packages.sh", "tests/tally.sh"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    for name, script in STUBS.items():
        executable(stubs / name, f"#!/bin/sh\n{script}\n")
    scenario.mkdir()

    def check(*options, **builds):
        for stage in ALL_STAGES:
            (scenario / stage).write_text(builds.get(stage, build_of(good="true")))
        environment = clean_environment(SCENARIO=str(scenario))
        environment["PATH"] = f"{stubs}:{environment['PATH']}"
        finished = subprocess.run(
            [root / "check", *options], env=environment, capture_output=True, text=True
        )
        assert finished.stderr == ""
        return finished.returncode, finished.stdout.splitlines()

    check.scenario = scenario
    return check


def stages_of(lines):
    """The stages whose tests were run."""
    ran = [line.split()[3] for line in lines if line.startswith("$ ctest --test-dir ")]
    return [folder.removeprefix("build/") for folder in ran]


def failures_of(lines):
    begin = lines.index("== what failed")
    return [line.removeprefix("  ") for line in lines[begin + 1 : -1]]


def test_all_is_well(check):
    status, lines = check()
    assert (status, lines[-1]) == (0, "5 passed, 0 failed")
    assert stages_of(lines) == ALL_STAGES
    assert "== what failed" not in lines


def test_quick_is_the_first_stage(check):
    status, lines = check("--quick", gcc=build_of(one="true", two="true"), clang=build_of(bad="false"))
    assert (status, lines[-1]) == (0, "2 passed, 0 failed")
    assert stages_of(lines) == ["gcc"]


def test_it_goes_on_after_failures_and_names_them_last(check):
    status, lines = check(
        gcc=build_of(bad="echo seen; false", good="true", worse="exit 9"),
        threads=build_of(**{"e2e/bad": "false", "e2e/good": "true"}),
    )
    assert status == 1
    assert failures_of(lines) == ["gcc: bad", "gcc: worse", "threads: e2e/bad"]
    assert lines[-1] == "5 passed, 3 failed"
    assert stages_of(lines) == ALL_STAGES
    assert "seen" in lines  # what a failed test said


def test_whatever_did_not_pass_has_failed(check):
    slow = "set_tests_properties(slow PROPERTIES TIMEOUT 0.01)\n"
    off = "set_tests_properties(off PROPERTIES DISABLED TRUE)\n"
    skipped = "set_tests_properties(skipped PROPERTIES SKIP_RETURN_CODE 7)\n"
    status, lines = check(
        "--quick",
        gcc=build_of(crash="kill -SEGV $$", good="true", off="true", skipped="exit 7", slow="read x")
        + f"add_test(absent {check.scenario}/absent)\n" + slow + off + skipped,
    )  # fmt: skip
    assert status == 1
    assert sorted(failures_of(lines)) == [
        f"gcc: {name}" for name in ("absent", "crash", "off", "skipped", "slow")
    ]
    assert lines[-1] == "1 passed, 5 failed"


def test_what_a_test_says_is_not_counted(check):
    says = """echo '<testcase name="forged" status="run">'
              echo '100% tests passed, 0 tests failed out of 1000'; false"""
    status, lines = check("--quick", gcc=build_of(says=says))
    assert (status, failures_of(lines), lines[-1]) == (1, ["gcc: says"], "0 passed, 1 failed")


@pytest.mark.parametrize(
    "build, reason",
    [
        ("message(DOES_NOT_COMPILE)\n", "it does not compile"),
        ("", "ctest ended with exit status 8"),  # it has no tests
        ("no_such_command()\n", "ctest ended with exit status 8"),
    ],
    ids=["does-not-compile", "no-tests", "ctest-fails"],
)
def test_a_stage_without_tests_has_failed(check, build, reason):
    status, lines = check(clang=build)
    assert (status, failures_of(lines)) == (1, [f"clang: {reason}"])
    assert lines[-1] == "4 passed, 1 failed"
    assert "release" in stages_of(lines)


def test_a_build_that_is_not_configured_has_failed(check):
    executable(check.scenario.parent / "stubs" / "cmake", "#!/bin/sh\necho no compiler; exit 1\n")
    status, lines = check("--quick")
    assert (status, failures_of(lines)) == (1, ["gcc: the build is not configured"])
    assert "no compiler" in lines
    assert lines[-1] == "0 passed, 1 failed"


def test_an_installation_that_fails_has_failed(check):
    (check.scenario / "no-installation").touch()
    status, lines = check()
    assert (status, failures_of(lines)) == (1, ["release: it is not installed"])
    assert lines[-1] == "5 passed, 1 failed"


def test_a_strange_option_is_refused():
    finished = subprocess.run([ROOT / "check", "--fast"], capture_output=True, text=True)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "Usage: ./check" in finished.stderr


# --- tests/steady


@pytest.fixture
def steady(tmp_path):
    """Starts tests/steady in a repository whose ./check is this script."""
    root, temporary = tmp_path / "root", tmp_path / "temporary"
    temporary.mkdir()
    children = []

    def start(script, *options):
        executable(root / "check", f"#!/bin/sh\n{script}\n")
        (root / "tests").mkdir()
        shutil.copy(ROOT / "tests/steady", root / "tests")
        as_somebody = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        for command in (["init", "-q"], ["add", "."], [*as_somebody, "commit", "-q", "-m", "x"]):
            subprocess.run(["git", *command], cwd=root, check=True)
        child = subprocess.Popen(
            [root / "tests/steady", *options],
            env=clean_environment(TMPDIR=str(temporary), PLACE=str(tmp_path)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        with child:
            child.kill()


def running_below(folder):
    """The processes that were started from files of a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if os.fsencode(folder) in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:  # it has just ended
            continue
    return found


def test_steady_says_for_each_run_what_failed(steady, tmp_path):
    said = steady(
        """
        echo run >>"$PLACE/runs"
        test -e .git || exit 3
        if [ $(wc -l <"$PLACE/runs") = 2 ]; then
            printf '== what failed\\n  gcc: e2e/audit\\n4 passed, 1 failed\\n'
            exit 1
        fi
        echo "5 passed, 0 failed" "$@"
        """,
        "--runs", "3", "--load", "1",
    ).communicate()[0]  # fmt: skip
    assert said.splitlines() == [
        "run 1: 5 passed, 0 failed",
        "run 2: 4 passed, 1 failed; see build/steady/run-2.txt",
        "  gcc: e2e/audit",
        "run 3: 5 passed, 0 failed",
        "2 passed, 1 failed",
    ]
    assert "e2e/audit" in (tmp_path / "root/build/steady/run-2.txt").read_text()
    assert list((tmp_path / "temporary").iterdir()) == []
    assert running_below(tmp_path) == []


@pytest.mark.parametrize("script", ["exit 1", "echo '5 passed, 0 failed'; exit 1", "echo well"])
def test_a_run_that_ends_otherwise_has_failed(steady, script):
    child = steady(script, "--runs", "1", "--load", "0", "--quick")
    assert child.communicate()[0].splitlines()[-1] == "0 passed, 1 failed"
    assert child.returncode == 1


@pytest.mark.parametrize("number, status", [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_steady_takes_everything_with_it_when_it_is_interrupted(steady, tmp_path, number, status):
    child = steady('touch "$PLACE/begun"; exec sleep 3600', "--load", "2")
    until(lambda: (tmp_path / "begun").exists(), "the first run")
    assert len(running_below(tmp_path)) >= 1 + 2  # itself, and the busy loops
    child.send_signal(number)
    assert child.wait() == status
    assert running_below(tmp_path) == []
    assert list((tmp_path / "temporary").iterdir()) == []
