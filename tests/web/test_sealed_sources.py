"""The sealed store gets the whole source of a change; all else a hash with the day's key."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import ORIGIN, StillClock
from palabre.application.ports import Store
from palabre.application.sealed_store import KeepSource
from palabre.sealing import new_pair, opener, sealer
from palabre.web.house import House
from palabre.wiring_privacy import source_keys
from web.test_proxies import COMMENTS, PROXY, URL, asking


def sources(house: House, store: Store, peer: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    """Post, edit and delete a comment; return what the key's holder reads afterwards."""
    private, public = new_pair()
    keep = KeepSource(seal=sealer(public))
    house = replace(
        house,
        post=replace(house.post, keep_source=keep),
        edit=replace(house.edit, keep_source=keep),
    )

    async def write() -> str:
        async with asking(house, peer) as client:
            sent = {"Origin": ORIGIN} | headers
            posted = (
                await client.post(COMMENTS, json={"url": URL, "text": "Un."}, headers=sent)
            ).json()
            sent |= {"Authorization": f"Bearer {posted['token']}"}
            one = f"{COMMENTS}/{posted['id']}"
            assert (await client.patch(one, json={"text": "Deux."}, headers=sent)).is_success
            assert (await client.delete(one, headers=sent)).is_success
            return str(posted["id"])

    comment_id = asyncio.run(write())
    with store.reading() as unit:
        return [json.loads(opener(private)(x.sealed)) for x in unit.legal.of_comment(comment_id)]


@pytest.mark.parametrize(
    ("peer", "headers", "expected"),
    [
        ("203.0.113.9", {}, ("203.0.113.9", 4711)),
        ("203.0.113.9", {"X-Real-Port": "1"}, ("203.0.113.9", 4711)),  # nobody chooses a port
        (PROXY, {"X-Forwarded-For": "2001:db8::7", "X-Real-Port": "50123"}, ("2001:db8::7", 50123)),
        (PROXY, {"X-Forwarded-For": "203.0.113.9"}, ("203.0.113.9", None)),
        (PROXY, {"X-Forwarded-For": "203.0.113.9", "X-Real-Port": "x"}, ("203.0.113.9", None)),
    ],
)
def test_each_change_leaves_its_whole_source(
    build: Any, store: Store, peer: str, headers: dict[str, str], expected: tuple[str, int | None]
):
    found = sources(build(store, trusted_proxies=(PROXY,)), store, peer, headers)
    assert [x["doing"] for x in found] == ["posted", "edited", "deleted"]
    assert {(x["address"], x["port"]) for x in found} == {expected}


def test_the_days_keys_are_random_shared_and_different(store: Store, clock: StillClock):
    one, other = source_keys(store), source_keys(store)
    today, tomorrow = clock(), clock() + timedelta(days=1)
    assert one(today) == other(today)
    assert one(today) != one(tomorrow)
    assert len(one(today)) == 32
