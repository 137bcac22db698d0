"""Post many comments to a server over kept-alive connections and note every acknowledgement.

Hand-written HTTP/1.1 over asyncio streams: on two cores a full client library would be most of what
is measured. Talks to loopback only.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Acknowledged:
    """What the server said: the comments of every 201 by id, other answers by code, times."""

    comments: dict[str, dict] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    unanswered: int = 0
    wall: float = 0.0


async def post_all(
    port: int,
    payloads: Iterator[dict],
    *,
    connections: int,
    said: Acknowledged,
    stop: asyncio.Event,
) -> None:
    """Post until ``payloads`` ends or ``stop`` is set; what went unanswered is counted."""
    start = time.perf_counter()
    await asyncio.gather(*(_client(port, payloads, said, stop) for _ in range(connections)))
    said.wall += time.perf_counter() - start


async def _client(
    port: int, payloads: Iterator[dict], said: Acknowledged, stop: asyncio.Event
) -> None:
    reader = writer = None
    try:
        for payload in payloads:
            if stop.is_set():
                return
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            body = json.dumps(payload).encode()
            head = (
                "POST /api/v1/comments HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            begin = time.perf_counter()
            writer.write(head.encode() + body)
            try:
                status, answer = await _answer(reader)
            except (asyncio.IncompleteReadError, ConnectionError):
                said.unanswered += 1
                if stop.is_set():
                    return
                writer = None
                continue
            said.seconds.append(time.perf_counter() - begin)
            if status == 201:
                said.comments[answer["id"]] = answer
                said.texts[answer["id"]] = payload["text"]
            else:
                code = f"{status} {answer.get('code', '?')}"
                said.others[code] = said.others.get(code, 0) + 1
    except (ConnectionError, OSError):
        if not stop.is_set():
            raise
    finally:
        if writer is not None:
            writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split()[1])
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return status, json.loads(body) if body else {}


def percentile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
