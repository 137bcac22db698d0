"""While writers flood the house, readers are answered from memory, and never by much too old."""

import asyncio
import threading
import time
from dataclasses import replace
from typing import Any

from httpx import ASGITransport, AsyncClient

from builders import a_stored, keep
from palabre.application.ports import Store
from palabre.web.app import create_app
from palabre.web.house import House
from palabre.web.writers import Writers

URL = "https://journal.example/politique/budget"
COMMENTS = "/api/v1/comments"
A_SECOND = 1.0  # within which every comment shows


def test_a_page_may_lag_in_a_flood_and_shows_each_comment_within_a_second(
    house: House, store: Store
):
    house = replace(house, writers=Writers(threads=1, waiting=1))
    app = create_app(house)

    async def flood() -> None:
        client = AsyncClient(transport=ASGITransport(app=app), base_url="https://comments.example")
        async with app.lifespan(), client:

            async def count() -> int:
                page = await client.get(COMMENTS, params={"url": URL})
                assert page.status_code == 200
                return int(page.json()["count"])

            async def post() -> int:
                answer = await client.post(COMMENTS, json={"url": URL, "text": "Bonjour."})
                return answer.status_code

            def another() -> Any:
                with store.reading() as unit:
                    thread = unit.threads.find("https://journal.example", "/politique/budget")
                assert thread is not None
                return keep(store, a_stored(thread))

            assert await post() == 201
            assert await count() == 1
            another()
            assert await count() == 2  # calm: at once
            end = threading.Event()
            busy = asyncio.create_task(house.writers(end.wait))
            await asyncio.sleep(0)
            assert await post() == 503
            another()
            assert await count() == 2  # as it was a moment ago, without a wait
            begin = time.monotonic()
            while await count() != 3:
                assert await post() == 503  # the flood goes on
                assert time.monotonic() - begin < A_SECOND
                await asyncio.sleep(0.01)
            end.set()
            await busy

    asyncio.run(flood())
