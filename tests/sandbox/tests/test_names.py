import pytest

from sandbox import names


@pytest.mark.parametrize(
    "label, text, expected",
    [
        ("the final dot is optional", "a.example.org.", "a.example.org"),
        ("letter case does not count", "A.Example.ORG", "a.example.org"),
        ("a wildcard may be raw", "*.example.org", "*.example.org"),
        ("a wildcard may be escaped", r"\052.example.org", "*.example.org"),
        ("an escaped capital is a capital", r"\101.example.org", "a.example.org"),
        ("63 characters fit a label", "a" * 63 + ".org", "a" * 63 + ".org"),
    ],
)
def test_normalise(label, text, expected):
    assert names.normalise(text) == expected, label


@pytest.mark.parametrize(
    "label, text, problem",
    [
        ("an empty name", "", "DomainLabelEmpty"),
        ("the root", ".", "DomainLabelEmpty"),
        ("an empty label", "a..org", "DomainLabelEmpty"),
        ("64 characters in a label", "a" * 64 + ".org", "DomainLabelTooLong"),
        ("254 characters", "a." * 126 + "aa", "DomainNameTooLong"),
        ("an escape cut short", r"\05.org", "DomainNameIllegalCharacter"),
        ("an escape beyond a byte", r"\777.org", "DomainNameIllegalCharacter"),
        ("a character beyond ASCII", "é.org", "DomainNameIllegalCharacter"),
    ],
)
def test_normalise_refuses(label, text, problem):
    with pytest.raises(ValueError, match=problem):
        names.normalise(text)


@pytest.mark.parametrize(
    "name, expected",
    [
        ("a-b_c.example.org", "a-b_c.example.org."),
        ("*.example.org", r"\052.example.org."),
        ("a@b.example.org", r"a\100b.example.org."),
    ],
)
def test_escape(name, expected):
    assert names.escape(name) == expected
    assert names.normalise(expected) == name


def test_the_order_is_that_of_the_reversed_labels_each_with_its_dot():
    ordered = ["a.org", "*.a.org", "b-c.a.org", "b.a.org", "d.b.a.org", "c.a.org"]
    assert sorted(reversed(ordered), key=names.order_key) == ordered


def test_a_name_is_within_its_zone_by_whole_labels():
    assert names.is_within("a.example.org", "example.org")
    assert names.is_within("example.org", "example.org")
    assert not names.is_within("badexample.org", "example.org")
