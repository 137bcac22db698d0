"""What all tests share: their order among processes, and one Playwright with one Chromium each."""

import os
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

import pytest

from chromium import ARGUMENTS, CHROMIUM

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright


# Modules with tests of half a minute and more. One that began last kept a machine waiting for it.
LONGEST = (
    "test_kill_drill.py",
    "test_killing.py",
    "test_same_answers.py",
    "test_shared_thread.py",
    "test_mail_drill.py",
    "test_two_processes.py",
    "test_backup_under_load.py",
)


@pytest.hookimpl(trylast=True)  # after the order was shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each process begin with some of the longest modules; the others keep their order.

    With ``--dist worksteal`` a process first gets an equal stretch of the list, in its order.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    modules = {name: list(found) for name, found in groupby(items, lambda item: item.path.name)}
    long = [modules[name] for name in LONGEST if name in modules]
    rest = [item for item in items if item.path.name not in LONGEST]
    size, ordered = len(items) // processes, list[pytest.Item]()
    for number in range(processes):
        mine = [item for module in long[number::processes] for item in module]
        room = max(0, size - len(mine)) if number < processes - 1 else len(rest)
        ordered += mine + rest[:room]
        rest = rest[room:]
    items[:] = ordered


@pytest.fixture(scope="session")
def playwright() -> "Iterator[Playwright]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: "Playwright") -> "Iterator[Browser]":
    launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield launched
    launched.close()
