"""Sites are remembered, and never for longer than the store says."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from builders import a_site
from databases import sqlite_database
from palabre.application.known_sites import KnownSites
from palabre.application.ports import Store
from palabre.domain.site import Site
from palabre.storage.memory import MemoryStore
from palabre.storage.store import SqlStore

WITHIN = 5.0  # seconds; a promise of 0.3, on a machine that does other things


@pytest.fixture(params=["memory", "sqlite"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """Two processes' views of one store; in memory there is but one."""
    if request.param == "memory":
        store = MemoryStore()
        yield store, store
        return
    url = sqlite_database(tmp_path / "palabre.db")
    ours, others = SqlStore(url), SqlStore(url)
    yield ours, others
    ours.close()
    others.close()


def register(store: Store, site: Site) -> None:
    with store.writing() as unit:
        unit.sites.register(site)


def test_a_site_is_remembered_until_it_changes(stores: tuple[Store, Store]):
    ours, others = stores
    sites, site = KnownSites(ours), a_site()
    origin = site.origins[0]
    assert sites(origin) is None  # and nobody remembers that
    register(ours, site)
    assert sites(origin) == site
    assert sites(origin) is sites(origin)
    changed = replace(site, name_required=not site.name_required)
    register(ours, changed)
    assert sites(origin) == changed  # at once, for a change of this process
    register(others, site)
    end = time.monotonic() + WITHIN
    while sites(origin) != site:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_origin_given_up_is_no_longer_known(stores: tuple[Store, Store]):
    ours, _ = stores
    sites, site = KnownSites(ours), a_site()
    register(ours, site)
    assert sites(site.origins[0]) == site
    register(ours, replace(site, origins=("https://elsewhere.example",)))
    assert sites(site.origins[0]) is None
    assert sites("https://elsewhere.example") is not None
