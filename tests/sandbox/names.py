"""DNS names: how Route 53 takes them, gives them back, and sorts them.

Inside the sandbox a name is lower-case, unescaped, and has no trailing dot:
"*.example.org". Route 53 takes any letter case, with or without the dot,
special characters raw or as octal escapes; it always returns lower-case, the
dot, and an escape for every character other than a-z 0-9 - _ and the dots
between labels ("\\052.example.org.").
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
"""

import re
from functools import lru_cache

LABEL_MAX_CHARS = 63
NAME_MAX_CHARS = 253  # RFC 1035 allows 255 octets on the wire: two fewer as text

_ESCAPE = re.compile(r"\\([0-3][0-7]{2})")
_WELL_ESCAPED = re.compile(r"(?:[^\\]|\\[0-3][0-7]{2})*")
_NEEDS_ESCAPE = re.compile(r"[^a-z0-9_.-]")


@lru_cache(maxsize=65536)  # a client sends the same names again and again
def normalise(text: str) -> str:
    """Returns the inner form of a name as a client wrote it.

    Raises ValueError, worded as Route 53 words it, if it is not a DNS name.
    """
    if not text.isascii() or not _WELL_ESCAPED.fullmatch(text):
        raise ValueError("DomainNameIllegalCharacter (Domain name contains an illegal character)")
    name = _ESCAPE.sub(lambda match: chr(int(match[1], 8)), text) if "\\" in text else text
    name = name.lower().removesuffix(".")
    if len(name) > NAME_MAX_CHARS:
        raise ValueError("DomainNameTooLong (Domain name is too long)")
    for label in name.split("."):
        if not label:
            raise ValueError("DomainLabelEmpty (Domain label is empty)")
        if len(label) > LABEL_MAX_CHARS:
            raise ValueError("DomainLabelTooLong (Domain label is too long)")
    return name


def escape(name: str) -> str:
    """Returns the form in which Route 53 sends a name back."""
    return _NEEDS_ESCAPE.sub(lambda match: f"\\{ord(match[0]):03o}", name) + "."


@lru_cache(maxsize=65536)
def order_key(name: str) -> str:
    """Returns what ListResourceRecordSets sorts by: the labels reversed, each
    followed by a dot. The last dot counts: "a-b" sorts before "a"."""
    return ".".join(reversed(name.split("."))) + "."


def is_within(name: str, zone_name: str) -> bool:
    return name == zone_name or name.endswith("." + zone_name)
