"""IAM policies in one shape, whichever file they stand in."""

import json
import re

from packages import TEMPLATES

ROOT = TEMPLATES.parent


def as_list(value):
    return value if isinstance(value, list) else [value]


def statement(effect, actions, resources, conditions=()):
    """`conditions` are triples of operator, key, values."""
    return (
        effect,
        frozenset(actions),
        frozenset(resources),
        frozenset((operator, key, frozenset(values)) for operator, key, values in conditions),
    )


def of_json(document, name_of=lambda resource: resource):
    """The statements of a policy document."""
    assert document["Version"] == "2012-10-17"
    return {
        statement(
            each["Effect"],
            as_list(each["Action"]),
            [name_of(resource) for resource in as_list(each["Resource"])],
            [
                (operator, key, [name_of(value) for value in as_list(values)])
                for operator, keys in each.get("Condition", {}).items()
                for key, values in keys.items()
            ],
        )
        for each in document["Statement"]
    }


ZONE, OBJECT, BUCKET, TOPIC = "the zone", "the object", "the bucket", "the topic"
STATE = "all below the state's prefix"

NAMES = {
    "arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ": ZONE,
    "arn:aws:s3:::dyndns.example.org/hosts.csv": OBJECT,
    "arn:aws:s3:::dyndns.example.org": BUCKET,
    "arn:aws:s3:::dyndns.example.org/state/*": STATE,
    "state/*": STATE,
    "arn:aws:sns:eu-west-1:123456789012:dyndns": TOPIC,
}


def json_of_the_readme(beginning):
    text = (ROOT / "README.md").read_text()
    (found,) = re.findall(rf"```json\n({re.escape(beginning)}.*?)```", text, re.S)
    return json.loads(found)


def of_the_readme(*, removes_records=False):
    document = json_of_the_readme('{\n  "Version"')
    if removes_records:
        (conditions,) = document["Statement"][0]["Condition"].values()
        conditions["route53:ChangeResourceRecordSetsActions"].append("DELETE")
    return of_json(document, lambda name: NAMES.get(name, name))


def of_the_readme_for_the_state():
    document = {"Version": "2012-10-17", "Statement": json_of_the_readme('[\n  {\n    "Effect"')}
    return of_json(document, lambda name: NAMES.get(name, name))


# What an operator needs beyond the server's policy (dyndb(1), "README, Later").
OPERATOR = {
    statement("Allow", ["s3:GetObjectVersion"], [OBJECT]),
    statement("Allow", ["s3:ListBucket", "s3:ListBucketVersions"], [BUCKET]),
    statement("Allow", ["route53:GetHostedZone"], [ZONE]),
    statement("Allow", ["route53:GetChange"], ["every change"]),
    statement("Allow", ["sns:Publish"], [TOPIC]),
}
