"""The real server as a process group of its own, as the benchmarks start it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import Postgresql

# What starts, kills and questions a server stands with the benchmarks, once.
sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """One PostgreSQL server for all tests of a process."""
    server = Postgresql()
    yield server
    server.close()
