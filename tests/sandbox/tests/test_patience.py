"""The helpers by which tests go on until they can tell."""

import itertools

import pytest

from sandbox.patience import TooSlow, at_best, until


def test_until_returns_what_became_true():
    counts = itertools.count()
    assert until(lambda: next(counts) >= 3 and "three", "three looks") == "three"
    assert next(counts) == 4


def test_until_gives_up_and_names_what_it_waited_for():
    seen = ["one"]
    with pytest.raises(TooSlow, match="^too slow to tell: waited 0 s for 2 of them, saw 1$"):
        until(lambda: len(seen) > 1, lambda: f"2 of them, saw {len(seen)}", seconds=0)
    with pytest.raises(TimeoutError, match="for a miracle$"):
        until(lambda: False, "a miracle", seconds=0)


def test_at_best_takes_the_first_attempt_that_is_quick():
    numbers = []
    at_best(3600, numbers.append, "an attempt")
    assert numbers == [1]


def test_at_best_goes_on_after_slow_ones():
    seconds = iter([0, 9, 10, 15, 20, 21])  # nine seconds, then five, then one
    numbers = []
    at_best(5, numbers.append, "an attempt", clock=lambda: next(seconds))
    assert numbers == [1, 2, 3]


def test_at_best_does_not_count_the_preparation():
    now = 0

    def prepare(number):
        nonlocal now
        now += 60
        return -number

    at_best(5, lambda prepared: prepared == -1 or 1 / 0, "it", prepare=prepare, clock=lambda: now)


def test_at_best_gives_up_when_no_attempt_was_ever_quick():
    with pytest.raises(TooSlow, match="for an attempt in 0 s; it took .* s at best"):
        at_best(0, lambda number: None, "an attempt", patience=0)


def test_an_attempt_that_fails_ends_it():
    def attempt(number):
        assert number > 1, "not true"

    with pytest.raises(AssertionError, match="not true"):
        at_best(3600, attempt, "an attempt")
