"""A crowd on one thread through three processes; `make campaign` gives it a minute each."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("house", ["sqlite", "postgresql"])
def test_every_vote_is_there_and_no_comment_comes_twice(house: str):
    command = [sys.executable, "benchmarks/many_processes.py", "--seconds", "8", "--houses", house]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "  0 wrong" in done.stdout


def test_a_walk_that_missed_or_repeated_is_noticed():
    from shared_thread import Seen, Told, walk_errors

    told = Told(roots={"a": 1.0, "b": 2.0}, replies={"c": "a"}, votes={("a", "v"): 1})

    def noticed(*came: str, below: int = 1) -> int:
        seen = Seen(frozenset({"a", "b"}), count=3, roots=Counter(came), below=below)
        told.walks = [seen]
        return len(list(walk_errors(told)))

    assert noticed("a", "b") == 0
    assert noticed("a", "b", "b") == 1
    assert noticed("a", "b", "x") == 1
    assert noticed("a", "b", below=0) == 1  # page one counted one more
    assert noticed("a") == 2


def test_a_total_that_is_off_by_one_is_noticed():
    from many_processes import compared
    from shared_thread import Told

    told = Told(
        roots={"a": 1.0},
        replies={"b": "a"},
        votes={("a", "v"): 1, ("a", "w"): -1, ("b", "v"): 1, ("b", "w"): 0},
    )
    right = {"a": (1, 1), "b": (1, 0)}
    assert told.tallies() == right
    assert list(compared("one", 2, right, right)) == []
    for count, found in (
        (3, right),
        (2, right | {"a": (1, 0)}),
        (2, {"a": (1, 1)}),
        (2, right | {"c": (0, 0)}),
    ):
        assert len(list(compared("one", count, found, right))) == 1
