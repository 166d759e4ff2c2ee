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
                (operator, key, as_list(values))
                for operator, keys in each.get("Condition", {}).items()
                for key, values in keys.items()
            ],
        )
        for each in document["Statement"]
    }


ZONE, OBJECT, BUCKET, TOPIC = "the zone", "the object", "the bucket", "the topic"


def of_the_readme():
    text = (ROOT / "README.md").read_text()
    document = json.loads(re.search(r"```json\n(\{\n  \"Version\".*?)```", text, re.S)[1])
    names = {
        "arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ": ZONE,
        "arn:aws:s3:::dyndns.example.org/hosts.csv": OBJECT,
    }
    return of_json(document, lambda resource: names.get(resource, resource))


# What an operator needs beyond the server's policy (dyndb(1), "README, Later").
OPERATOR = {
    statement("Allow", ["s3:GetObjectVersion"], [OBJECT]),
    statement("Allow", ["s3:ListBucket", "s3:ListBucketVersions"], [BUCKET]),
    statement("Allow", ["route53:GetHostedZone"], [ZONE]),
    statement("Allow", ["route53:GetChange"], ["every change"]),
    statement("Allow", ["sns:Publish"], [TOPIC]),
}
