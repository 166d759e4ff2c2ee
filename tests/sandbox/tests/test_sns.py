"""SNS, as botocore sees it."""

import pytest

from sandbox.sns import Message

from .calls import refusal


@pytest.fixture
def topic(sandbox):
    return sandbox.sns.create_topic("alerts")


@pytest.fixture
def client(connect):
    return connect("sns")


def test_what_is_published_is_there(sandbox, client, topic):
    reply = client.publish(TopicArn=topic, Subject="a & b", Message="one\ntwo é")
    assert reply["MessageId"]
    assert sandbox.sns.messages == [Message(topic, "a & b", "one\ntwo é")]
    assert [(call.action, call.status) for call in sandbox.sns.calls] == [("Publish", 200)]


def test_a_topic_must_exist(client, topic):
    refused = refusal(client.publish, TopicArn=topic + "x", Message="m")
    assert refused == (404, "NotFound", "Topic does not exist")


@pytest.mark.parametrize("subject", ["x" * 100, "é", "one\ntwo"])
def test_subjects_are_short_and_plain(client, topic, subject):
    refused = refusal(client.publish, TopicArn=topic, Subject=subject, Message="m")
    assert refused[:2] == (400, "InvalidParameter")


@pytest.mark.parametrize(
    "credentials, expected",
    [
        ({"secret": "wrong"}, (403, "SignatureDoesNotMatch")),
        ({"key": "AKIAWRONG"}, (403, "InvalidClientTokenId")),
        ({"token": "uncalled-for"}, (403, "InvalidClientTokenId")),
    ],
)
def test_wrong_credentials(sandbox, connect, topic, credentials, expected):
    refused = refusal(connect("sns", **credentials).publish, TopicArn=topic, Message="m")
    assert refused[:2] == expected
    assert sandbox.sns.messages == []


def test_a_topic_is_of_a_region(sandbox, connect):
    topic = sandbox.sns.create_topic("alerts", "eu-west-1")
    elsewhere = connect("sns", region="us-east-1")
    # botocore itself refuses, or SNS does: neither publishes.
    with pytest.raises(Exception):
        elsewhere.publish(TopicArn=topic, Message="m")
    connect("sns", region="eu-west-1").publish(TopicArn=topic, Message="m")
    assert len(sandbox.sns.messages) == 1


@pytest.mark.parametrize(
    "fault, code", [("throttling", "Throttling"), ("access-denied", "AuthorizationError")]
)
def test_faults_refuse(sandbox, client, topic, fault, code):
    sandbox.sns.fail_next(1, fault)
    assert refusal(client.publish, TopicArn=topic, Message="m")[1] == code
    client.publish(TopicArn=topic, Message="m")
    assert len(sandbox.sns.messages) == 1
