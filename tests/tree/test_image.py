"""The image for Heroku and Docker, as far as it can be judged without building
one."""

import fnmatch
import json
import re
import shlex
import subprocess

import pytest
from repository import ROOT, program, read, variables

SANITIZER = re.compile(r"lib(a|t|ub|l)san")


def instructions():
    """Pairs of an instruction's word and its arguments."""
    lines = [line for line in read("Dockerfile").splitlines() if not line.startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [line.split(None, 1) for line in whole.splitlines() if line.strip()]


def stages():
    """The instructions of each stage, without its FROM, by name; the last one,
    which is what runs, is called None."""
    found = {}
    for word, arguments in instructions():
        if word == "FROM":
            name = re.search(r" AS (\w+)$", arguments)
            current = found[name[1] if name else None] = []
            assert arguments.startswith("debian:bookworm-slim")
        else:
            current.append((word, arguments))
    assert list(found)[-1] is None
    return found


def last(word):
    return [arguments for given, arguments in stages()[None] if given == word][-1]


def installed():
    """The packages that are in the image which runs."""
    command = last("RUN").split("&&")[1]
    assert command.split()[:2] == ["apt-get", "install"]
    return {word for word in shlex.split(command)[2:] if not word.startswith("-")}


def is_in_context(name):
    """Whether .dockerignore lets a file or folder through."""
    through = True
    for line in read(".dockerignore").splitlines():
        pattern = line.lstrip("!")
        if line and not line.startswith("#") and fnmatch.fnmatch(name, pattern):
            through = line.startswith("!")
    return through


def test_it_runs_the_server_without_a_shell_and_without_rights():
    assert json.loads(last("CMD")) == ["dyndns53"]
    assert not [word for word, _ in stages()[None] if word in ("ENTRYPOINT", "SHELL")]
    user, group = last("USER").split(":")
    assert int(user) > 0 and int(group) > 0


def test_what_is_copied_exists():
    for stage in stages().values():
        for word, arguments in stage:
            if word != "COPY":
                continue
            *given, destination = arguments.split()
            origin = re.fullmatch(r"--from=(\w+)", given[0])
            if origin:
                assert origin[1] in stages()
            else:
                assert all((ROOT / name).exists() for name in given)


def test_the_context_holds_what_is_built_and_no_more():
    subfolders = re.findall(r"^add_subdirectory\((\w+)\)", read("CMakeLists.txt"), re.M)
    assert len(subfolders) > 5
    for needed in ["CMakeLists.txt", "cmake", "packages.sh", *subfolders]:
        assert is_in_context(needed), needed
    for harmful in [".git", "build", "hosts.csv", "hosts.csv.etag", "environment"]:
        assert not is_in_context(harmful), harmful


def test_heroku_builds_where_the_sources_are():
    # Heroku's context is the folder of the Dockerfile that heroku.yml names.
    named = re.search(r"^    web: (\S+)$", read("heroku.yml"), re.M)[1]
    assert "/" not in named
    assert (ROOT / named).is_file() and not (ROOT / named).is_symlink()
    assert not re.search(r"^run:", read("heroku.yml"), re.M), "it would put a shell around it"


@pytest.mark.parametrize("variable", ["DYNDNS53_BIN", "DYNDB_BIN"])
def test_it_holds_the_libraries_that_a_program_links(variable):
    headers = subprocess.run(
        ["objdump", "-p", program(variable)], capture_output=True, text=True, check=True
    )
    needed = set(re.findall(r"NEEDED\s+(\S+)", headers.stdout))
    assert any(name.startswith("libcurl") for name in needed)
    for library in needed:
        if SANITIZER.match(library):
            continue
        owners = subprocess.run(
            ["dpkg-query", "-S", f"*/{library}"], capture_output=True, text=True, check=True
        )
        packages = {line.split(":")[0] for line in owners.stdout.splitlines()}
        assert packages & (installed() | {"libc6", "libgcc-s1"}), f"{library} is in {packages}"


def test_it_holds_what_tls_needs():
    assert "ca-certificates" in installed()


def test_its_packages_exist():
    known = subprocess.run(["apt-cache", "pkgnames"], capture_output=True, text=True, check=True)
    names = set(known.stdout.split())
    if "libcurl4-openssl-dev" not in names or len(names) < 10_000:
        pytest.skip("this machine has no lists of Debian's packages")
    assert installed() <= names


def test_its_variables_are_the_servers_and_enough():
    application = json.loads(read("app.json"))
    assert application["stack"] == "container"
    asked = application["env"]
    assert set(asked) <= variables()
    required = {name for name, value in asked.items() if value.get("required", True)}
    least = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "DYNDNS_BUCKET", "DYNDNS_DATABASE"}
    assert least <= required
    assert all(len(value["description"]) > 20 for value in asked.values())


@pytest.mark.parametrize("name", ["README.md", "heroku/README.md"])
def test_a_button_deploys_it(name):
    button = "[![Deploy](https://www.herokucdn.com/deploy/button.svg)](https://www.heroku.com/deploy)"
    assert button in read(name)


def test_the_procfile_which_has_no_comments_is_explained():
    (process, command) = re.fullmatch(r"(\w+): (\w+)\n", read("Procfile")).groups()
    text = " ".join(read("heroku/README.md").split())
    assert "[Procfile](../Procfile)" in text
    assert f"the process `{process}` is `{command}`" in text


def test_the_json_in_the_texts_is_json():
    blocks = re.findall(r"```json\n(.*?)```", read("README.md"), re.S)
    assert json.loads(blocks[0])["Version"] == "2012-10-17"
