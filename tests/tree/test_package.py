"""The Debian package, as far as it can be judged without building it."""

import re

from repository import read
from test_image import installed

# What every Debian that builds packages has.
BUILD_ESSENTIAL = {"gcc", "libc6-dev"}


def control(name) -> set[str]:
    """The packages that a field of debian/control names, without versions."""
    (value,) = re.findall(rf"^{name}:(.*(?:\n .*)*)$", read("debian/control"), re.M)
    return {re.sub(r"\s*\(.*\)", "", each.strip()) for each in value.split(",")}


def test_its_version_is_the_projects():
    (project,) = re.findall(r"^project\(dyndns53 VERSION (\S+)", read("CMakeLists.txt"), re.M)
    assert re.match(r"dyndns53 \((\S+)\) ", read("debian/changelog"))[1] == project


def test_it_is_built_with_what_everything_is_built_with():
    (needed,) = re.findall(r'^BUILD_PACKAGES="([^"]*)"', read("packages.sh"), re.M)
    helpers = {name for name in control("Build-Depends") if name.startswith(("debhelper", "dh-"))}
    assert control("Build-Depends") - helpers == set(needed.split()) - BUILD_ESSENTIAL


def test_what_it_asks_for_by_name_is_in_the_image_too():
    """The libraries are found by dpkg-shlibdeps; tests/package compares them."""
    named = {name for name in control("Depends") if "$" not in name}
    assert named == {name for name in installed() if not name.startswith(("lib", "zlib"))}


def test_what_lintian_is_told_to_overlook_has_a_reason():
    paragraphs = read("debian/dyndns53.lintian-overrides").strip().split("\n\n")
    assert all(paragraph.startswith("# ") for paragraph in paragraphs)


def test_the_license_is_that_of_the_repository():
    text = re.sub(r"^ \.?", "", read("debian/copyright").split("License: Expat\n")[-1], flags=re.M)
    assert text == read("LICENSE").split("\n\n", 2)[2]
