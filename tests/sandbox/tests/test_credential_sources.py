"""The stand-ins that give out credentials, as botocore sees them."""

import urllib.error
import urllib.request

import botocore.session
import pytest
from botocore.exceptions import ClientError

from .calls import refusal

TOKEN = "/latest/api/token"
ROLES = "/latest/meta-data/iam/security-credentials/"


@pytest.fixture
def session(sandbox, monkeypatch, tmp_path):
    """A session of botocore's own, in an environment without keys."""

    def session(**variables):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        home = {"AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"}
        for name, value in (sandbox.environment() | home | variables).items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        return botocore.session.Session()

    return session


def client_of(session, sandbox, service):
    return session.create_client(
        service, region_name="us-east-1", endpoint_url=sandbox.endpoint_url
    )


def fetch(sandbox, path, method="GET", **headers):
    """The status and the body, by hand."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(sandbox.endpoint_url + path, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_keys_of_the_instance_sign_until_they_end(session, sandbox, zone):
    ours = session(**sandbox.environment_of_instance())
    route53 = client_of(ours, sandbox, "route53")
    assert route53.list_hosted_zones()["HostedZones"]
    assert [call.action for call in sandbox.sources.calls] == ["token", "role", "instance"]
    sandbox.account.expire_issued()
    assert refusal(route53.list_hosted_zones)[:2] == (403, "ExpiredToken")


def test_keys_of_a_container_and_of_s3(session, sandbox):
    ours = session(**sandbox.environment_of_container())
    s3 = client_of(ours, sandbox, "s3")
    s3.put_object(Bucket="hosts", Key="k", Body=b"x")
    sandbox.account.expire_issued()
    assert refusal(s3.get_object, Bucket="hosts", Key="k")[:2] == (400, "ExpiredToken")


def test_keys_end_by_themselves(session, sandbox, zone):
    route53 = client_of(session(**sandbox.environment_of_container()), sandbox, "route53")
    route53.list_hosted_zones()
    sandbox.account.clock_skew_seconds = 6 * 3600 + 1
    keys = sandbox.account.issued()[0]
    assert sandbox.account.has_expired(keys)


def test_web_identity(session, sandbox, zone):
    """Whose action botocore does not sign."""
    sts = client_of(session(**dict.fromkeys(("AWS_ACCESS_KEY_ID",))), sandbox, "sts")
    role = {"RoleArn": "arn:aws:iam::123456789012:role/x", "RoleSessionName": "me"}
    assume = sts.assume_role_with_web_identity
    keys = assume(WebIdentityToken=sandbox.sources.web_identity_token, **role)["Credentials"]
    assert sandbox.account.keys(keys["AccessKeyId"]).token == keys["SessionToken"]
    assert refusal(assume, WebIdentityToken="another", **role)[1] == "InvalidIdentityToken"
    with pytest.raises(ClientError, match="ValidationError"):
        assume(WebIdentityToken="another", RoleArn="x" * 20, RoleSessionName="me")


def test_a_role_is_assumed_by_whom_the_account_knows(session, sandbox, zone):
    sandbox.sources.external_id = "the-id"
    sts = client_of(session(**sandbox.environment()), sandbox, "sts")
    role = {"RoleArn": "arn:aws:iam::123456789012:role/x", "RoleSessionName": "me"}
    keys = sts.assume_role(ExternalId="the-id", **role)["Credentials"]
    assert sandbox.account.keys(keys["AccessKeyId"]).token == keys["SessionToken"]
    assert refusal(sts.assume_role, **role)[:2] == (403, "AccessDenied")
    sandbox.account.secret_key = "another"
    assert refusal(sts.assume_role, ExternalId="the-id", **role)[1] == "MISMATCH"


def test_a_token_belongs_to_its_key(session, sandbox):
    one, other = sandbox.account.issue(60), sandbox.account.issue(60)
    ours = session(
        AWS_ACCESS_KEY_ID=one.access_key,
        AWS_SECRET_ACCESS_KEY=one.secret_key,
        AWS_SESSION_TOKEN=other.token,
    )
    route53 = client_of(ours, sandbox, "route53")
    assert refusal(route53.list_hosted_zones)[:2] == (403, "InvalidClientTokenId")


def test_the_metadata_wants_a_session(sandbox):
    ttl = {"x_aws_ec2_metadata_token_ttl_seconds": "60"}
    assert fetch(sandbox, ROLES)[0] == 401
    assert fetch(sandbox, TOKEN, **ttl)[0] == 400  # a GET
    assert fetch(sandbox, TOKEN, "PUT")[0] == 400  # for how long?
    status, token = fetch(sandbox, TOKEN, "PUT", **ttl)
    assert status == 200
    assert fetch(sandbox, ROLES, x_aws_ec2_metadata_token=token) == (200, "sandbox")
    assert fetch(sandbox, ROLES + "other", x_aws_ec2_metadata_token=token)[0] == 404
    sandbox.sources.role = None
    assert fetch(sandbox, ROLES, x_aws_ec2_metadata_token=token)[0] == 404


def test_the_container_wants_its_token(sandbox):
    sandbox.sources.container_token = "Bearer x"
    assert fetch(sandbox, "/container/credentials")[0] == 401
    assert fetch(sandbox, "/container/credentials", Authorization="Bearer x")[0] == 200
    assert fetch(sandbox, "/container/other", Authorization="Bearer x")[0] == 404
