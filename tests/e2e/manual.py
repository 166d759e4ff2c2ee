"""What docs/CLIENTS.md has people type into their clients."""

import re
from pathlib import Path

CLIENTS = (Path(__file__).parents[2] / "docs/CLIENTS.md").read_text()
# As whom the examples call, and whom.
SERVER, HOST, TOKEN = "dyndns.example.org", "home.dyn.example.org", "TOKEN"


def section(heading: str) -> str:
    """What stands below a heading, up to the next one that is not below it."""
    marks = heading.split(" ")[0]
    begin = re.search(rf"^{re.escape(heading)}$", CLIENTS, re.M)
    assert begin, f"docs/CLIENTS.md has no {heading}"
    end = re.search(rf"^#{{1,{len(marks)}}} ", CLIENTS[begin.end() :], re.M)
    return CLIENTS[begin.end() :][: end.start() if end else None]


def settings(heading: str, number=0) -> str:
    """A block of settings below a heading: a fenced one."""
    return re.findall(r"^```\w+\n(.*?)^```$", section(heading), re.M | re.S)[number]


def commands(heading: str) -> list[str]:
    """The commands that are to be typed below a heading: indented lines."""
    text = re.sub(r"^```.*?^```$", "", section(heading), flags=re.M | re.S)
    return re.findall(r"^    (\S.*)$", text, re.M)


def field(heading: str, name: str) -> str:
    """What is to be filled into a field: the table's cell beside its name."""
    (value,) = re.findall(rf"^\| {re.escape(name)} +\| `(.*)` +\|$", section(heading), re.M)
    return value.replace(r"\|", "|")


def filled_in(text: str, server: str, host: str, token: str) -> str:
    """With another server, host and token than the examples'."""
    for example, ours in ((HOST, host), (SERVER, server), (TOKEN, token)):
        text = text.replace(example, ours)
    return text
