"""One kept-alive HTTP/1.1 connection to a server on this machine, written by hand over asyncio."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


class CutOffError(Exception):
    """The connection ended before the answer: what was asked for may have been done, or not."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers by lower-case name (the last of doubles), body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 -- whatever the server said
        """Return the decoded body, an empty object when there is none."""
        return json.loads(self.body) if self.body else {}


class Connection:
    """Asks one thing after the other; the connection is made at the first."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(
        self,
        method: str,
        path: str,
        *,
        content: object = None,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request and return the answer; ``CutOffError`` when none came."""
        body, kind = b"", "text/plain"
        if content is not None:
            body, kind = json.dumps(content).encode(), "application/json"
        if form is not None:
            body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}"]
        if body:
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        try:
            if self._writer is None:
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
            assert self._reader
            self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            return await _answer(self._reader)
        except (asyncio.IncompleteReadError, OSError) as error:
            self.close()
            raise CutOffError from error

    def close(self) -> None:
        """End the connection; the next question makes another."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {}
    for line in head[1:]:
        name, _, value = line.partition(": ")
        headers[name.lower()] = value
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(int(head[0].split()[1]), headers, body)
