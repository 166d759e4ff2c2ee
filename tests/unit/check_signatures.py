#!/usr/bin/python3
"""Checks that every request of aws/ is signed as AWS would have it.

    check_signatures.py AWS_CALLS

runs AWS_CALLS (aws_calls.c) in several environments against a server in this
process, and judges each request that arrives twice over: botocore recomputes
the signature, and the path and query must already be in the canonical form
that Signature Version 4 prescribes (botocore signs a sloppy URL as it stands;
AWS decodes and encodes it again). AWS's own host names are reached through a
proxy in this process, with a certificate made for the occasion.
"""

import collections
import hashlib
import http.server
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.parse

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

HOSTS = [
    "route53.amazonaws.com",
    "hosts.s3.eu-west-1.amazonaws.com",
    "s3.eu-west-1.amazonaws.com",
    "route53.amazonaws.com.cn",
    "hosts.s3.cn-north-1.amazonaws.com.cn",
    "s3.cn-north-1.amazonaws.com.cn",
    "sns.eu-west-1.amazonaws.com",
    "sns.cn-north-1.amazonaws.com.cn",
]

Request = collections.namedtuple("Request", "method target headers body")


class Wrong(Exception):
    """What is wrong with a request."""


def parse_authorization(value):
    """The credential, the signed headers and the signature."""
    algorithm, _, rest = value.partition(" ")
    fields = dict(field.strip().split("=", 1) for field in rest.split(","))
    names = {"Credential", "SignedHeaders", "Signature"}
    if algorithm != "AWS4-HMAC-SHA256" or set(fields) != names:
        raise Wrong(f"Authorization: {value}")
    return fields["Credential"], fields["SignedHeaders"].split(";"), fields["Signature"]


def check_canonical(target):
    """Every byte but the unreserved ones encoded, the parameters sorted."""

    def encode(text):
        return urllib.parse.quote(urllib.parse.unquote_to_bytes(text), safe="-_.~")

    path, question, query = target.partition("?")
    if path != "/".join(encode(segment) for segment in path.split("/")):
        raise Wrong(f"path is not canonical: {path}")
    if not question:
        return
    pairs = [pair.partition("=") for pair in query.split("&")]
    if any(not equals for _, equals, _ in pairs):
        raise Wrong(f"a parameter has no '=': {query}")
    canonical = sorted((encode(name), encode(value)) for name, _, value in pairs)
    if query != "&".join(f"{name}={value}" for name, value in canonical):
        raise Wrong(f"query is not canonical: {query}")


def check_headers(request, signed, token):
    """What must be there and signed, and what must be true."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    amazon = {name for name in headers if name.startswith("x-amz-")}
    if signed != sorted(signed):
        raise Wrong(f"SignedHeaders are not sorted: {signed}")
    missing = (amazon | {"host", "x-amz-date", "x-amz-content-sha256"}) - set(signed)
    if missing:
        raise Wrong(f"not signed: {sorted(missing)}")
    if set(signed) - set(headers):
        raise Wrong(f"signed, but not sent: {sorted(set(signed) - set(headers))}")
    if any(not headers[name] for name in signed):
        raise Wrong("an empty header is signed")
    if headers["x-amz-content-sha256"] != hashlib.sha256(request.body).hexdigest():
        raise Wrong("x-amz-content-sha256 is not the body's")
    if headers.get("x-amz-security-token") != token:
        raise Wrong("x-amz-security-token is not the session's")
    return {name: headers[name] for name in signed}


def check(request, key, secret, token, regions):
    """Raises Wrong unless AWS would accept the request."""
    credential, signed, signature = parse_authorization(request.headers["Authorization"])
    headers = check_headers(request, signed, token)
    given_key, date, region, service, end = credential.rsplit("/", 4)
    if (given_key, end) != (key, "aws4_request") or regions[service] != region:
        raise Wrong(f"credential scope: {credential}")
    if not headers["x-amz-date"].startswith(date):
        raise Wrong("the scope's date is another")
    check_canonical(request.target)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    auth = signer(Credentials(key, secret, token), service, region)
    if signature != botocore_signature(request, headers, auth):
        raise Wrong("the signature is another")


def botocore_signature(request, headers, auth):
    """The signature botocore would have sent."""
    url = "http://" + headers["host"] + request.target
    again = AWSRequest(method=request.method, url=url, headers=headers, data=request.body)
    again.context["timestamp"] = headers["x-amz-date"]
    string_to_sign = auth.string_to_sign(again, auth.canonical_request(again))
    return auth.signature(string_to_sign, again)


def check_the_checker():
    """AWS's published example ("GET Object", S3 API Reference) passes; the
    same request with one thing changed does not."""
    empty = hashlib.sha256(b"").hexdigest()
    authorization = (
        "AWS4-HMAC-SHA256 "
        "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )
    headers = {
        "Host": "examplebucket.s3.amazonaws.com",
        "Range": "bytes=0-9",
        "x-amz-content-sha256": empty,
        "x-amz-date": "20130524T000000Z",
        "Authorization": authorization,
    }
    good = Request("GET", "/test.txt", headers, b"")
    account = (
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        None,
        {"s3": "us-east-1"},
    )
    check(good, *account)
    for bad in (
        good._replace(method="PUT"),
        good._replace(target="/test.tx"),
        good._replace(target="/test.txt?versioning"),
        good._replace(target="/test%2etxt"),
        good._replace(body=b"x"),
        good._replace(headers={**headers, "Range": "bytes=0-8"}),
        good._replace(headers={**headers, "x-amz-acl": "private"}),
    ):
        try:
            check(bad, *account)
        except Wrong:
            continue
        raise SystemExit(f"not noticed: {bad}")


class Handler(http.server.BaseHTTPRequestHandler):
    """Records requests; as a proxy, pretends to be every host."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        # self.path has its leading slashes merged; the request line has not.
        target = self.raw_requestline.split()[1].decode("latin-1")
        self.server.requests.append(
            Request(self.command, target, dict(self.headers.items()), self.rfile.read(length))
        )
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.send_header("ETag", '"x"')
        self.end_headers()

    do_GET = do_HEAD = do_POST = do_PUT = answer

    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)

    def finish(self):
        super().finish()
        self.connection.close()

    def log_message(self, *_):
        pass


def start_server(certificate):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.requests = []
    server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.tls.load_cert_chain(certificate)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def make_certificate(folder):
    """A self-signed certificate for all the hosts, with its key, in one file."""
    path = os.path.join(folder, "certificate.pem")
    names = ",".join(f"DNS:{host}" for host in HOSTS)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
        + ["-subj", "/CN=test", "-addext", f"subjectAltName={names}"]
        + ["-keyout", path, "-out", path + ".crt"],
        check=True,
        capture_output=True,
    )
    with open(path + ".crt", encoding="ascii") as crt, open(path, "a", encoding="ascii") as pem:
        pem.write(crt.read())
    return path


def environments(port, certificate):
    """A label, the environment, and the regions the requests must be signed for."""
    here = f"http://127.0.0.1:{port}"
    endpoint = {"AWS_ENDPOINT_URL": here}
    proxy = {"HTTPS_PROXY": here, "AWS_CA_BUNDLE": certificate + ".crt"}
    token = {"AWS_SESSION_TOKEN": "IQoJ/+=" * 300}
    public = {"s3": "us-east-1", "route53": "us-east-1", "sns": "us-east-1"}
    ireland = {"s3": "eu-west-1", "route53": "us-east-1", "sns": "eu-west-1"}
    china = {"s3": "cn-north-1", "route53": "cn-northwest-1", "sns": "cn-north-1"}
    return [
        ("a configured endpoint", endpoint, public),
        ("a session token", {**endpoint, **token}, public),
        ("a key id with a colon", {**endpoint, "AWS_ACCESS_KEY_ID": "test:tester"}, public),
        ("an upper-case host", {"AWS_ENDPOINT_URL": f"http://LocalHost:{port}"}, public),
        ("an endpoint below a path", {"AWS_ENDPOINT_URL": here + "/a-b/c~d/"}, public),
        ("AWS's own hosts", {**proxy, "AWS_REGION": "eu-west-1"}, ireland),
        ("AWS in China", {**proxy, **token, "AWS_REGION": "cn-north-1"}, china),
    ]


def run(program, server, environment):
    """Runs the program; returns the requests that came, all of them."""
    keep = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    server.requests.clear()
    made = subprocess.run(
        [program], env={**keep, **environment}, check=True, stdout=subprocess.PIPE
    )
    if len(server.requests) != int(made.stdout):
        raise SystemExit(f"{int(made.stdout)} requests were made, {len(server.requests)} came")
    return list(server.requests)


def judge(program, server, label, environment, regions):
    """Returns how many of the requests were wrong."""
    account = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "se/cr+et"}
    environment = {**account, **environment}
    requests = run(program, server, environment)
    failures = 0
    for request in requests:
        try:
            check(
                request,
                environment["AWS_ACCESS_KEY_ID"],
                environment["AWS_SECRET_ACCESS_KEY"],
                environment.get("AWS_SESSION_TOKEN"),
                regions,
            )
        except Wrong as wrong:
            failures += 1
            print(f"{label}: {request.method} {request.target}: {wrong}")
    print(f"{label}: {len(requests)} requests judged")
    return failures


def main(program):
    failures = 0
    check_the_checker()
    with tempfile.TemporaryDirectory() as folder:
        certificate = make_certificate(folder)
        server = start_server(certificate)
        for label, environment, regions in environments(server.server_port, certificate):
            failures += judge(program, server, label, environment, regions)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
