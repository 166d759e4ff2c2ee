"""What the tests of the package and of the image have in common."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from debian import base  # noqa: E402
from e2e.hosts import csv_of  # noqa: E402
from sandbox import Sandbox  # noqa: E402


@pytest.fixture(scope="session")
def folder():
    """Where all of it happens."""
    return Path(os.environ["PACKAGE_FOLDER"]).resolve(strict=True)


@pytest.fixture(scope="session")
def tarball(folder):
    return base(folder)


@pytest.fixture
def account():
    """An account with the hosted zone example.org, and a.example.org in its
    bucket's database."""
    with Sandbox(rate=10_000) as sandbox:
        sandbox.route53.add_zone("example.org")
        sandbox.s3.create_bucket("hosts")
        sandbox.s3.put("hosts", "hosts.csv", csv_of("a.example.org"))
        yield sandbox
