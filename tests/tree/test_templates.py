"""The templates of the pages: where a value may stand. The engine escapes it, so
that it ends neither quotes nor a tag; what it could do in a script, a style, an
attribute without quotes or the beginning of a URL, escaping does not prevent."""

import re
from html.parser import HTMLParser

import pytest
from repository import ROOT, read

FOLDER = "server/http/pages"
TEMPLATES = sorted(path.name for path in (ROOT / FOLDER).glob("*.html"))
PLACE = re.compile(r"\{\{[a-z0-9_]+\}\}")
TAG = re.compile(r"\{\{[#^/>]?[a-z0-9_]+\}\}")
# What of a URL may stand before a value: a path of ours, and a query.
URL = re.compile(r"(/[a-z]*)?\?(\{\{[a-z0-9_]+\}\})?(#[a-z]+)?|[/#](?!/)[a-z./-]*|data:,")
URLS = {"href", "src", "action", "formaction", "data", "poster", "cite"}


def without_sections(text):
    return re.sub(r"\{\{[#^/>][a-z0-9_]+\}\}", "", text)


class Judge(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.faults, self.within = [], []

    def handle_starttag(self, tag, attributes):
        if PLACE.search(tag):
            self.faults.append(f"a value makes the tag {tag}")
        for name, value in attributes:
            self.judge_attribute(tag, name, value or "")
        if tag in ("script", "style"):
            self.within.append(tag)

    def judge_attribute(self, tag, name, value):
        if PLACE.search(name):
            self.faults.append(f"a value makes the attribute {name} of {tag}")
        if name.startswith("on") or name in ("style", "srcdoc"):
            self.faults.append(f"{tag} has {name}, which the policy forbids")
        if name in URLS and not URL.fullmatch(value):
            self.faults.append(f"{name} of {tag} may lead elsewhere: {value}")
        written = self.get_starttag_text().lower()
        if value and f'{name}="{value}"'.lower() not in written:
            self.faults.append(f"{name} of {tag} has no double quotes")

    def handle_endtag(self, tag):
        if self.within and tag == self.within[-1]:
            self.within.pop()

    def handle_data(self, data):
        if self.within and data.strip():
            self.faults.append(f"there is something within <{self.within[-1]}>")

    def handle_comment(self, data):
        if PLACE.search(data):
            self.faults.append("a value stands in a comment")


def faults(text):
    judge = Judge()
    judge.feed(without_sections(text))
    judge.close()
    return judge.faults


@pytest.mark.parametrize(
    "text, is_right",
    [
        ("<p>{{a}}</p>", True),
        ('<p title="{{a}}">', True),
        ('<a href="/status?{{a}}">', True),
        ('<a href="/status?{{a}}#hosts">', True),
        ('<a href="#hosts">', True),
        ('<link rel="icon" href="data:,">', True),
        ('<th{{#a}} aria-sort="{{a}}"{{/a}}>', True),
        ("<p title={{a}}>", False),
        ("<p title='{{a}}'>", False),
        ('<a href="{{a}}">', False),
        ('<a href="/{{a}}">', False),
        ('<a href="https://example.org/">', False),
        ('<img src="//example.org/x.png">', False),
        ('<form action="{{a}}">', False),
        ('<p onclick="x()">', False),
        ('<p style="color: red">', False),
        ("<script>{{a}}</script>", False),
        ("<script>x()</script>", False),
        ("<style>p { color: {{a}} }</style>", False),
        ("<!-- {{a}} -->", False),
        ('<p {{a}}="b">', False),
    ],
)
def test_a_place_that_is_not_safe_is_found(text, is_right):
    assert (faults(text) == []) == is_right


@pytest.mark.parametrize("name", TEMPLATES)
def test_values_stand_where_they_do_no_harm(name):
    assert faults(read(f"{FOLDER}/{name}")) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_is_no_tag_of_the_engine_is_not_in_braces(name):
    assert "{{" not in TAG.sub("", read(f"{FOLDER}/{name}"))
    assert "}}" not in TAG.sub("", read(f"{FOLDER}/{name}"))


@pytest.mark.parametrize("name", ["style.css", "live.js"])
def test_no_other_host_is_named(name):
    text = read(f"{FOLDER}/{name}")
    assert not re.search(r"https?://|//[a-z]|@import|url\(", text.replace("\n// ", "\n"))


def test_there_is_something_to_look_at():
    assert {"status.html", "owner.html", "host.html", "message.html"} <= set(TEMPLATES)
