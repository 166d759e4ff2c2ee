"""The Kubernetes manifest, against Kubernetes' published schema, and against what
the server and its image are."""

import copy
import json
import re

import pytest
import yaml
from packages import TEMPLATES, node
from stop_time import stop_seconds

FILE = TEMPLATES / "kubernetes" / "dyndns53.yaml"


@pytest.fixture(scope="module")
def objects():
    return list(yaml.safe_load_all(FILE.read_text()))


@pytest.fixture(scope="module")
def deployment(objects):
    return next(each for each in objects if each["kind"] == "Deployment")


@pytest.fixture
def container(deployment):
    (found,) = deployment["spec"]["template"]["spec"]["containers"]
    return found


def faults(objects):
    return json.loads(node("kubernetes_faults.cjs", stdin=json.dumps(objects)))


def test_each_object_is_as_the_published_schema_says(objects):
    assert faults(objects) == []


def test_what_the_schema_refuses(deployment):
    def broken(change):
        object_ = copy.deepcopy(deployment)
        change(object_["spec"])
        return object_

    def spell_a_probe_wrongly(spec):
        container = spec["template"]["spec"]["containers"][0]
        container["livenesProbe"] = container.pop("livenessProbe")

    wrong = {
        "livenesProbe": spell_a_probe_wrongly,
        "selector": lambda spec: spec.pop("selector"),
        "number": lambda spec: spec.update(replicas="2"),
    }
    found = faults([broken(change) for change in wrong.values()])
    assert len(found) == len(wrong)
    for words, fault in zip(wrong, found):
        assert words in fault


def test_the_selectors_find_the_pods(objects, deployment):
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    by_kind = {each["kind"]: each["spec"] for each in objects if "spec" in each}
    assert by_kind["Deployment"]["selector"]["matchLabels"] == labels
    assert by_kind["Service"]["selector"] == labels
    assert by_kind["PodDisruptionBudget"]["selector"]["matchLabels"] == labels


def test_the_probes_tell_life_and_readiness_apart(container):
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz?live"
    assert container["readinessProbe"]["httpGet"]["path"] == "/healthz"


def test_the_ports_are_those_that_the_server_listens_on(container):
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    variables = {each["name"]: each["value"] for each in container["env"]}
    assert variables["PORT"] == str(ports["http"])
    assert variables["DYNDNS_METRICS_LISTEN"] == f"[::]:{ports['metrics']}"


def test_the_user_is_that_of_the_image_and_may_do_nothing(deployment, container):
    image = (TEMPLATES.parent / "Dockerfile").read_text()
    user, group = re.search(r"^USER (\d+):(\d+)$", image, re.M).groups()
    pod = deployment["spec"]["template"]["spec"]["securityContext"]
    assert (str(pod["runAsUser"]), str(pod["runAsGroup"])) == (user, group)
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_the_pod_outlives_the_servers_own_stop(deployment, container):
    _, pause = container["lifecycle"]["preStop"]["exec"]["command"]
    grace = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert grace > stop_seconds() + int(pause)
