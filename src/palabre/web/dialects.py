"""What the Akismet and Perspective dialects share: who asks, the threads that judge, the counts.

Judging runs in threads of its own with a queue that ends: programs that ask about comments
elsewhere must not keep this house's own readers waiting, nor its writers.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from litestar import Request

from palabre.application.check_comment import CheckComment
from palabre.application.count_use import CountUse
from palabre.application.issue_key import Keys
from palabre.application.ports import Store
from palabre.application.submit_label import SubmitLabel
from palabre.application.tokens import key_of
from palabre.domain.client import KEY_LENGTH, ApiKey, Counts
from palabre.domain.errors import Refusal
from palabre.domain.site import Site
from palabre.web.akismet_callback import LaterVerdicts
from palabre.web.writers import Writers

Asked = Request[Any, Any, Any]

# The longest request: PHP programs send their server's variables along, Perspective a context.
MAX_BODY: Final = 2 * 1024 * 1024
_KEY: Final = re.compile(rf"[a-z0-9]{{{KEY_LENGTH}}}")
_WRITE_EVERY: Final = 1.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialects:
    """The parts that programs with a key are answered with.

    ``attributes`` gives the scores that there are in a language (primary subtag, None: unknown).
    """

    store: Store
    check: CheckComment
    submit: SubmitLabel
    use: CountUse
    keys: Keys
    attributes: Callable[[str | None], frozenset[str]]
    clock: Callable[[], datetime]
    threads: Writers = field(default_factory=lambda: Writers(threads=4, waiting=64))
    later: LaterVerdicts | None = None

    def key(self, secret: str) -> ApiKey | None:
        """Return the key that somebody showed, None when it is no key or has been revoked."""
        if not _KEY.fullmatch(secret):
            return None
        with self.store.reading() as unit:
            key = unit.clients.by_hash(key_of(secret))
        return key if key is not None and key.revoked_at is None else None

    def site(self, key: ApiKey) -> Site | None:
        """Return the site that a key belongs to."""
        return self.check.site(key.site_id)

    def count(self, key: ApiKey, blog: str, **counts: int) -> None:
        """Count one use."""
        self.use.add(key.id, blog, Counts(**counts))

    @asynccontextmanager
    async def counting(self) -> AsyncIterator[None]:
        """Write the counts down once a second while the server runs, and at its end."""
        task = asyncio.create_task(self._write_for_ever())
        try:
            yield
        finally:
            task.cancel()
            with suppress(Refusal):
                await asyncio.to_thread(self.use.write)
            await asyncio.to_thread(self.threads.close)
            if self.later is not None:
                await asyncio.to_thread(self.later.close)

    async def _write_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_WRITE_EVERY)
            # A store that is busy now is asked again in a second.
            with suppress(Refusal):
                await asyncio.to_thread(self.use.write)


def looks_like_a_key(text: str) -> bool:
    """Tell whether text has the form of a key."""
    return _KEY.fullmatch(text) is not None
