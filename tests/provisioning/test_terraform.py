"""The Terraform configuration, read by HashiCorp's parser, against the schema that
the provider for AWS publishes."""

import json
import re

import policies
import pytest
from packages import TEMPLATES, members_of, node

FILE = TEMPLATES / "aws" / "dyndns53.tf"
PROVIDER = "@cdktf/provider-aws@21.22.1"
# What Terraform itself knows in any block of this kind.
META = {"count", "depends_on", "lifecycle", "for_each", "provider"}


@pytest.fixture(scope="module")
def configuration():
    return json.loads(node("hcl_to_json.cjs", str(FILE)))


def blocks(configuration):
    """Triples of the provider's folder, name, and block."""
    for kind, prefix in (("resource", ""), ("data", "data-aws-")):
        for type_, named in configuration[kind].items():
            for name, (block,) in named.items():
                folder = prefix + type_.removeprefix("aws_").replace("_", "-")
                yield folder, f"{type_}.{name}", block


class Schema:
    """The provider's schema as its TypeScript types tell it."""

    def __init__(self, folders):
        wanted = re.compile(rf"package/lib/({'|'.join(sorted(folders))})/index\.d\.ts")
        self.types = {
            wanted.fullmatch(path)[1]: self.read(text)
            for path, text in members_of(PROVIDER, wanted.fullmatch).items()
        }

    @staticmethod
    def read(text):
        """{interface: {attribute: (is required, type)}}"""
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        return {
            name: {
                each[1]: (each[2] == "", each[3])
                for each in re.finditer(r"readonly (\w+)(\??): ([^;]+);", body)
            }
            for name, body in re.findall(r"export interface (\w+)[^{]*\{(.*?)\n\}", text, re.S)
        }

    def faults(self, folder, where, block):
        known = self.types.get(folder)
        if known is None:
            return [f"{where}: there is no {folder}"]
        (root,) = [name for name in known if name.endswith("Config")][:1]
        return self.block_faults(known, where, block, root, META)

    def block_faults(self, known, where, block, name, besides=frozenset()):
        attributes = known[name]
        given = {camel(key): (key, value) for key, value in block.items() if key not in besides}
        found = [
            f"{where}.{key} is missing"
            for key, (required, _) in attributes.items()
            if required and key not in given
        ]
        for key, (as_written, value) in given.items():
            if key not in attributes:
                found.append(f"{where}.{as_written} is unknown")
                continue
            inner = [each for each in re.findall(r"\w+", attributes[key][1]) if each in known]
            for each in value if isinstance(value, list) and inner else []:
                found += self.block_faults(known, f"{where}.{as_written}", each, inner[0])
        return found


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


@pytest.fixture(scope="module")
def schema(configuration):
    return Schema({folder for folder, _, _ in blocks(configuration)})


def test_each_block_is_as_the_published_schema_says(configuration, schema):
    found = list(blocks(configuration))
    assert len(found) > 15
    assert [fault for each in found for fault in schema.faults(*each)] == []


@pytest.mark.parametrize(
    "fault, folder, block",
    [
        ("it: there is no s3-buckets", "s3-buckets", {}),
        ("it.buckett is unknown", "s3-bucket", {"buckett": "x"}),
        ("it.name is missing", "route53-zone", {"count": 1}),
        (
            "it.versioning_configuration.state is unknown",
            "s3-bucket-versioning",
            {"bucket": "x", "versioning_configuration": [{"status": "x", "state": "y"}]},
        ),
        (
            "it.versioning_configuration.status is missing",
            "s3-bucket-versioning",
            {"bucket": "x", "versioning_configuration": [{}]},
        ),
    ],
)
def test_what_the_schema_refuses(schema, fault, folder, block):
    assert schema.faults(folder, "it", block) == [fault]


def test_what_is_referred_to_is_there(configuration):
    text = FILE.read_text()
    declared = {f"var.{name}" for name in configuration["variable"]}
    declared |= {f"local.{name}" for part in configuration["locals"] for name in part}
    for kind, prefix in (("resource", ""), ("data", "data.")):
        for type_, named in configuration[kind].items():
            declared |= {f"{prefix}{type_}.{name}" for name in named}
    text = re.sub(r"#.*", "", text)
    mentioned = set(re.findall(r"\b(?:var|local)\.\w+|data\.aws_\w+\.\w+", text))
    mentioned |= set(re.findall(r"(?<!data\.)\baws_\w+\.\w+", text))
    assert mentioned <= declared
    assert {name for name in declared if name.startswith(("var.", "local."))} <= mentioned


NAMES = {
    "${aws_s3_bucket.dyndns53.arn}/${var.state_prefix}/*": policies.STATE,
    "${var.state_prefix}/*": policies.STATE,
    "${local.zone_arn}": policies.ZONE,
    "${aws_s3_bucket.dyndns53.arn}/${var.database_key}": policies.OBJECT,
    "${aws_s3_bucket.dyndns53.arn}": policies.BUCKET,
    "${aws_sns_topic.dyndns53.arn}": policies.TOPIC,
    "arn:${data.aws_partition.current.partition}:route53:::change/*": "every change",
}


WITH_EXPIRY = '${var.allow_expiry ? ["UPSERT", "DELETE"] : ["UPSERT"]}'


def values_of(condition, removes_records):
    if condition["values"] == WITH_EXPIRY:
        return ["UPSERT", "DELETE"] if removes_records else ["UPSERT"]
    return [NAMES.get(value, value) for value in condition["values"]]


def statements(configuration, name, *, removes_records=False):
    (document,) = configuration["data"]["aws_iam_policy_document"][name]
    return {
        policies.statement(
            each["effect"],
            each["actions"],
            [NAMES.get(resource, resource) for resource in each["resources"]],
            [
                (it["test"], it["variable"], values_of(it, removes_records))
                for it in each.get("condition", [])
            ],
        )
        for each in document["statement"]
    }


@pytest.mark.parametrize("removes", [False, True])
def test_the_policy_of_the_server_is_that_of_the_readme(configuration, removes):
    found = statements(configuration, "server", removes_records=removes)
    assert found == policies.of_the_readme(removes_records=removes)
    (allow_expiry,) = configuration["variable"]["allow_expiry"]
    assert allow_expiry["default"] is False


def test_the_policy_for_the_state_is_that_of_the_readme(configuration):
    assert statements(configuration, "state") == policies.of_the_readme_for_the_state()


def rules(configuration):
    (block,) = configuration["resource"]["aws_s3_bucket_lifecycle_configuration"]["dyndns53"]
    return {each["id"]: each for each in block["rule"]}


def test_only_the_journal_is_ever_deleted_and_only_if_it_is_wanted(configuration):
    deleting = [
        each
        for each in rules(configuration).values()
        if any("days" in how for how in each.get("expiration", []))
    ]
    assert [each["filter"] for each in deleting] == [[{"prefix": "${var.state_prefix}/events/"}]]
    wanted = '${local.keeps_state && var.journal_days > 0 ? "Enabled" : "Disabled"}'
    assert deleting[0]["status"] == wanted
    (days,) = configuration["variable"]["journal_days"]
    assert days["default"] == 0


def test_what_the_state_was_is_kept_for_a_day_alone(configuration):
    rule = rules(configuration)["old-state"]
    assert rule["filter"] == [{"prefix": "${var.state_prefix}/"}]
    assert rule["status"] == '${local.keeps_state ? "Enabled" : "Disabled"}'
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 1}]


def test_the_policy_of_the_operator(configuration):
    assert statements(configuration, "operator") == policies.OPERATOR


def test_the_bucket_is_versioned_encrypted_and_private(configuration):
    def one(type_):
        (block,) = configuration["resource"][type_]["dyndns53"]
        assert block["bucket"] == "${aws_s3_bucket.dyndns53.id}"
        return block

    (versioning,) = one("aws_s3_bucket_versioning")["versioning_configuration"]
    assert versioning["status"] == "Enabled"
    (rule,) = one("aws_s3_bucket_server_side_encryption_configuration")["rule"]
    (default,) = rule["apply_server_side_encryption_by_default"]
    assert default["sse_algorithm"] == "AES256"
    private = one("aws_s3_bucket_public_access_block")
    assert {value for key, value in private.items() if key != "bucket"} == {True}
    assert one("aws_s3_bucket_policy")["policy"].endswith("policy_document.bucket.json}")


def test_no_secret_is_in_the_state(configuration):
    assert "aws_iam_access_key" not in configuration["resource"]
