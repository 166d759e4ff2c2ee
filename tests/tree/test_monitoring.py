"""The alert rules, the dashboard and the page for whoever is paged."""

import json
import re
import subprocess

import pytest
from repository import ROOT, read

METRIC = re.compile(r"\b(?:dyndns53|process)_[a-z0-9_]+\b")
HISTOGRAM = re.compile(r"_(bucket|sum|count)$")


def rules():
    return re.split(r"^ +- alert: ", read("docs/monitoring/alerts.yml"), flags=re.M)[1:]


def alerts():
    return {rule.split("\n", 1)[0] for rule in rules()}


def metrics_of_the_manual():
    """{name: type}"""
    return dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", read("docs/METRICS.md"), re.M))


def expressions():
    """What the rules and the dashboard ask Prometheus for, by where it stands."""
    for rule in rules():
        yield rule.split("\n", 1)[0], re.search(r"expr: (.*?)\n +(?:for|labels):", rule, re.S)[1]
    for panel in json.loads(read("docs/monitoring/dashboard.json"))["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


@pytest.mark.parametrize("where, expression", expressions())
def test_what_is_asked_for_is_told(where, expression):
    known = metrics_of_the_manual()
    for name in METRIC.findall(expression):
        bare = HISTOGRAM.sub("", name) if name not in known else name
        assert bare in known, f"{where}: {name}"
        assert (bare == name) == (known[bare] != "histogram"), f"{where}: {name}"


def test_every_metric_but_those_of_the_process_is_on_the_dashboard():
    shown = " ".join(expression for _, expression in expressions())
    for name in metrics_of_the_manual():
        assert name in shown or name.startswith("process_") or name in NOT_SHOWN, name


# For who looks closer.
NOT_SHOWN = {
    "dyndns53_route53_calls_per_second_max",  # what is set
    "dyndns53_table_last_success_timestamp_seconds",  # its age is shown
}


def chapters():
    text = read("docs/OPERATING.md")
    alerts_part = text.split("\n## Alerts\n")[1].split("\n## ")[0]
    return re.split(r"^### ", alerts_part, flags=re.M)[1:]


def test_each_alert_has_its_chapter_and_no_other_has_one():
    assert [chapter.split("\n", 1)[0] for chapter in chapters()] == [
        rule.split("\n", 1)[0] for rule in rules()
    ]


def test_each_chapter_says_what_it_means_and_what_to_do():
    for chapter in chapters():
        title, meaning = chapter.split("\n\n", 2)[:2]
        assert len(meaning) > 60 and not meaning.startswith("-"), title
        assert "\n- " in chapter, title


def test_each_alert_leads_to_its_chapter():
    for rule in rules():
        name = rule.split("\n", 1)[0]
        assert f"runbook: docs/OPERATING.md#{name.lower()}\n" in rule


def test_each_alert_was_seen_to_fire():
    tried = read("tests/monitoring/alerts_test.yml")
    for name in alerts():
        fires = re.search(
            rf"alertname: {name}\n +exp_alerts:\n +- exp_labels:.*?runbook: \S*#{name.lower()}\n",
            tried,
            re.S,
        )
        assert fires, name


def promtool(*arguments):
    done = subprocess.run(
        ["promtool", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_are_rules():
    promtool("check", "rules", "docs/monitoring/alerts.yml")


def test_the_rules_fire_when_they_should_and_are_silent_beside():
    promtool("test", "rules", "tests/monitoring/alerts_test.yml")
