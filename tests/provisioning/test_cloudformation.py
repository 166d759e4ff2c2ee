"""The CloudFormation template, against the schema of its resources that AWS
publishes."""

import gzip
import json
import re

import policies
import pytest
import yaml
from packages import TEMPLATES, modules

TEMPLATE = TEMPLATES / "aws" / "dyndns53.cloudformation.yaml"


class Function(dict):
    """What stands for a value: {"Ref": ...} and the like."""


class Loader(yaml.SafeLoader):
    """Knows the short forms of functions, as in !Ref."""


def short_form(loader, name, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return Function({name: value})


Loader.add_multi_constructor("!", short_form)


@pytest.fixture(scope="module")
def template():
    return yaml.load(TEMPLATE.read_text(), Loader)


class Schema:
    """AWS's service specification: resources, and the types of their properties."""

    def __init__(self, path):
        with gzip.open(path) as file:
            found = json.load(file)["schema"]
        self.types = {each["$id"]: each for each in found["typeDefinition"]["entities"]}
        self.resources = {
            each["cloudFormationType"]: each for each in found["resource"]["entities"]
        }

    def faults(self, where, value, wanted):
        """What a value has against the type that is wanted."""
        if isinstance(value, Function):
            return []
        kind = wanted["type"]
        if kind == "json":
            return [] if isinstance(value, (dict, str)) else [f"{where}: no JSON"]
        if kind == "union":
            each = [self.faults(where, value, one) for one in wanted["types"]]
            return min(each, key=len)
        if kind == "array":
            if not isinstance(value, list):
                return [f"{where}: no list"]
            return [
                fault
                for at, item in enumerate(value)
                for fault in self.faults(f"{where}[{at}]", item, wanted["element"])
            ]
        if kind == "ref":
            definition = self.types[wanted["reference"]["$ref"]]
            return self.property_faults(where, value, definition["properties"])
        python = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}[kind]
        return [] if isinstance(value, python) else [f"{where}: no {kind}"]

    def property_faults(self, where, given, known):
        if not isinstance(given, dict):
            return [f"{where}: no object"]
        missing = [name for name, each in known.items() if each.get("required")]
        found = [f"{where}.{name} is missing" for name in missing if name not in given]
        for name, value in given.items():
            if name not in known:
                found.append(f"{where}.{name} is unknown")
            else:
                found += self.faults(f"{where}.{name}", value, known[name]["type"])
        return found

    def resource_faults(self, name, resource):
        known = self.resources.get(resource["Type"])
        if known is None:
            return [f"{name}: there is no {resource['Type']}"]
        return self.property_faults(name, resource.get("Properties", {}), known["properties"])


@pytest.fixture(scope="module")
def schema():
    return Schema(modules() / "@aws-cdk" / "aws-service-spec" / "db.json.gz")


def test_each_resource_is_as_its_published_schema_says(template, schema):
    assert [
        fault
        for name, resource in template["Resources"].items()
        for fault in schema.resource_faults(name, resource)
    ] == []


@pytest.mark.parametrize(
    "fault, resource",
    [
        ("it: there is no AWS::S3::Buckets", {"Type": "AWS::S3::Buckets"}),
        ("it.Buckett is unknown", {"Type": "AWS::S3::Bucket", "Properties": {"Buckett": "x"}}),
        ("it.PolicyDocument is missing", {"Type": "AWS::IAM::ManagedPolicy"}),
        (
            "it.VersioningConfiguration.State is unknown",
            {
                "Type": "AWS::S3::Bucket",
                "Properties": {"VersioningConfiguration": {"Status": "x", "State": "y"}},
            },
        ),
        (
            "it.PublicAccessBlockConfiguration.BlockPublicAcls: no boolean",
            {
                "Type": "AWS::S3::Bucket",
                "Properties": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": "yes"}},
            },
        ),
    ],
)
def test_what_the_schema_refuses(schema, fault, resource):
    assert schema.resource_faults("it", resource) == [fault]


def references(value):
    """The names that Ref, Fn::GetAtt and Fn::Sub mention, and the conditions."""
    if isinstance(value, list):
        return {name for each in value for name in references(each)}
    if not isinstance(value, dict):
        return set()
    found = {name for each in value.values() for name in references(each)}
    if isinstance(value, Function):
        ((word, what),) = value.items()
        if word in ("Ref", "Condition"):
            found.add(what)
        elif word == "GetAtt":
            found.add(what.split(".")[0])
        elif word == "If":
            found.add(what[0])
        elif word == "Sub":
            text, own = (what, {}) if isinstance(what, str) else what
            inside = {part.split("}")[0].split(".")[0] for part in text.split("${")[1:]}
            found |= inside - set(own)
    return found


def test_what_is_referred_to_is_there(template):
    known = {
        name for part in ("Parameters", "Resources", "Conditions") for name in template[part]
    }
    assert {name for name in references(template) if "::" not in name} <= known
    assert {"Zone", "Bucket", "MakesZone", "HostedZoneId", "DatabaseKey"} <= references(template)


def test_each_condition_of_a_resource_is_there(template):
    for part in ("Resources", "Outputs"):
        wanted = {each["Condition"] for each in template[part].values() if "Condition" in each}
        assert wanted <= set(template["Conditions"])


NAMES = {
    "Fn::Sub ${Bucket.Arn}/${StatePrefix}/*": policies.STATE,
    "Fn::Sub ${StatePrefix}/*": policies.STATE,
    "Fn::Sub ${Bucket.Arn}/${DatabaseKey}": policies.OBJECT,
    "Fn::GetAtt Bucket.Arn": policies.BUCKET,
    "Ref Topic": policies.TOPIC,
    "Fn::Sub arn:${AWS::Partition}:route53:::change/*": "every change",
    "Fn::Sub arn:${AWS::Partition}:route53:::hostedzone/${Id}": policies.ZONE,
}


def name_of(resource):
    if isinstance(resource, str):
        return resource
    ((word, what),) = resource.items()
    if isinstance(what, list):
        # The zone that is made, or the one that was given.
        assert what[1] == {"Id": {"If": ["MakesZone", {"Ref": "Zone"}, {"Ref": "HostedZoneId"}]}}
        what = what[0]
    return NAMES[f"{word if word == 'Ref' else 'Fn::' + word} {what}"]


def document(template, policy):
    return template["Resources"][policy]["Properties"]["PolicyDocument"]


def decided(value, condition, holds):
    """The same, where the condition is known to hold, or not to."""
    if isinstance(value, list):
        return [decided(each, condition, holds) for each in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value, Function) and value.get("If", [None])[0] == condition:
        return value["If"][1 if holds else 2]
    return type(value)({key: decided(each, condition, holds) for key, each in value.items()})


@pytest.mark.parametrize("removes", [False, True])
def test_the_policy_of_the_server_is_that_of_the_readme(template, removes):
    found = decided(document(template, "ServerPolicy"), "RemovesRecords", removes)
    assert policies.of_json(found, name_of) == policies.of_the_readme(removes_records=removes)
    assert template["Conditions"]["RemovesRecords"] == {"Equals": [{"Ref": "AllowExpiry"}, "true"]}
    assert template["Parameters"]["AllowExpiry"]["Default"] == "false"


def test_the_policy_for_the_state_is_that_of_the_readme(template):
    found = policies.of_json(document(template, "StatePolicy"), name_of)
    assert found == policies.of_the_readme_for_the_state()


def rules(template):
    configuration = template["Resources"]["Bucket"]["Properties"]["LifecycleConfiguration"]
    return {each["Id"]: each for each in configuration["Rules"]}


def test_only_the_journal_is_ever_deleted_and_only_if_it_is_wanted(template):
    deleting = [each for each in rules(template).values() if "ExpirationInDays" in each]
    assert [each["Prefix"] for each in deleting] == [{"Sub": "${StatePrefix}/events/"}]
    assert deleting[0]["Status"] == {"If": ["ForgetsJournal", "Enabled", "Disabled"]}
    assert template["Parameters"]["JournalDays"]["Default"] == "0"


def test_what_the_state_was_is_kept_for_a_day_alone(template):
    rule = rules(template)["old-state"]
    assert rule["Prefix"] == {"Sub": "${StatePrefix}/"}
    assert rule["Status"] == {"If": ["KeepsState", "Enabled", "Disabled"]}
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


@pytest.mark.parametrize(
    "parameter, value, is_allowed",
    [
        ("StatePrefix", "", True),
        ("StatePrefix", "state", True),
        ("StatePrefix", "dyndns53/state", True),
        ("StatePrefix", "/state", False),
        ("StatePrefix", "state/", False),
        ("StatePrefix", "a//b", False),
        ("JournalDays", "0", True),
        ("JournalDays", "6", False),
        ("JournalDays", "7", True),
        ("JournalDays", "400", True),
        ("JournalDays", "", False),
    ],
)
def test_what_the_parameters_take(template, parameter, value, is_allowed):
    pattern = template["Parameters"][parameter]["AllowedPattern"]
    assert (re.search(pattern, value) is not None) == is_allowed


def test_the_policy_of_the_operator(template):
    assert policies.of_json(document(template, "OperatorPolicy"), name_of) == policies.OPERATOR


def test_the_bucket_is_versioned_encrypted_and_private(template):
    bucket = template["Resources"]["Bucket"]
    properties = bucket["Properties"]
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["DeletionPolicy"] == "Retain"
    (denied,) = document(template, "BucketPolicy")["Statement"]
    assert denied["Effect"] == "Deny" and denied["Principal"] == "*"
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_no_secret_is_among_the_outputs(template):
    kinds = {each["Type"] for each in template["Resources"].values()}
    assert "AWS::IAM::AccessKey" not in kinds
