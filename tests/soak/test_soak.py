"""A short soak: as many rounds as show that everything comes back to where it
was. Each verdict is bounded by counts, none by the clock."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "bench")]

from soak import Plan, Soak  # noqa: E402


def test_nothing_grows_nothing_is_left_open_and_no_answer_is_a_lie(tmp_path):
    plan = Plan(
        str(Path(os.environ["DYNDNS53_BIN"]).resolve(strict=True)),
        hosts=200,
        a_second=400,
        at_once=200,
        answers=60,
        looks_a_second=20,
        deadline_seconds=1,
        state_seconds=1,
        rounds=2,
    )
    result = Soak(plan, tmp_path, print).run()
    assert result["faults"] == []
    assert (result["lies"], result["rounds"]) == (0, 2)
    # Else it has shown nothing.
    words = result["words"]
    assert min(words["good"], words["nochg"], words["911"], words["hung up"]) > 50, words
    pages = {page.split()[1]: count for page, count in result["pages"].items()}
    assert min(pages[page] for page in ("/status", "/", "/metrics")) > 10, pages
    assert result["restarts"] == 4 and result["reloads"] > 10
