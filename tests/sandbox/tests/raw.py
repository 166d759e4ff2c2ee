"""Requests which botocore would not send: signed, then sent, byte for byte."""

import hashlib
import http.client
from dataclasses import dataclass

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.patience import PATIENCE_SECONDS

NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes


def request(sandbox, method, target, body=b"", headers=None, **signing):
    """Sends a request with a signature over exactly what is sent."""
    headers = sign(sandbox, method, target, body, dict(headers or {}), **signing)
    return send(sandbox, method, target, body, headers)


def sign(sandbox, method, target, body, headers, service=None, region="us-east-1"):
    service = service or ("route53" if target.startswith("/2013-04-01/") else "s3")
    account = sandbox.account
    credentials = Credentials(account.access_key, account.secret_key, account.session_token)
    request = AWSRequest(method, sandbox.endpoint_url + target, headers, body)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(credentials, service, region).add_auth(request)
    return dict(request.headers.items())


def send(sandbox, method, target, body=b"", headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.http_port, timeout=PATIENCE_SECONDS)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


def payload_hash(body):
    return {"X-Amz-Content-SHA256": hashlib.sha256(body).hexdigest()}


def batch_xml(changes, namespace=NAMESPACE, root="ChangeResourceRecordSetsRequest", comment=""):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="{namespace}"><ChangeBatch>'
        f"{comment}<Changes>{changes}</Changes></ChangeBatch></{root}>"
    ).encode()


def change_xml(name="a.example.org", ttl=60, value="192.0.2.1"):
    return (
        f"<Change><Action>UPSERT</Action><ResourceRecordSet><Name>{name}</Name><Type>A</Type>"
        f"<TTL>{ttl}</TTL><ResourceRecords><ResourceRecord><Value>{value}</Value></ResourceRecord>"
        "</ResourceRecords></ResourceRecordSet></Change>"
    )
