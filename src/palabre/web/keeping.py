"""The ledger is kept while the server runs: each second, what was decided comes into the chain.

Every process does it; who comes second finds nothing left to do. What fails is done at the next
turn, and at the end once more, so that a house that was closed has a whole chain.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import structlog

from palabre.domain.errors import Refusal
from palabre.web.house import House

EVERY = 1.0  # seconds
_log = structlog.get_logger("palabre.ledger")


def keeping(house: House) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """Return what keeps the ledger for as long as the application lives."""

    @asynccontextmanager
    async def kept(_: object) -> AsyncIterator[None]:
        if house.law is None:
            yield
            return
        tasks = [asyncio.create_task(_forever(house))]
        # A system that answers slowly holds up nobody: its calls have a thread of their own.
        caller = ThreadPoolExecutor(1, thread_name_prefix="palabre-webhooks")
        if house.law.tell is not None:
            tasks.append(asyncio.create_task(_telling(house.law.tell, caller)))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            caller.shutdown(wait=False, cancel_futures=True)
            await _once(house)

    return kept


async def _telling(tell: Callable[[], int], caller: ThreadPoolExecutor) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(EVERY)
        try:
            await loop.run_in_executor(caller, tell)
        except Refusal as refusal:
            _log.warning("store", code=refusal.code.value)


async def _forever(house: House) -> None:
    while True:
        await asyncio.sleep(EVERY)
        await _once(house)


async def _once(house: House) -> None:
    if house.law is None:
        return
    try:
        await house.desk_writers(house.law.keep)
        if house.law.views is not None:
            await house.desk_writers(house.law.views.write)
    except Refusal as refusal:
        _log.warning("store", code=refusal.code.value)
