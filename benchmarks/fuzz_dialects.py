"""Both dialects under atheris: bytes chosen by what they reach in the code, as long as you like.

    pip install -e '.[fuzz]'
    python benchmarks/fuzz_dialects.py [--seconds 600] [--depth rules] [--corpus FOLDER]

A house as it is wired, with SQLite, answers in this process. Each answer is held to what
``tests/web/test_dialect_fuzzing.py`` holds: no 5xx, nothing of another key, no connection begun to
anywhere. The first that breaks it ends the run with its input in ``crash-*`` and exit code 1.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

ORIGIN = "https://journal.example"
SECRET = "only-the-other-key-knows-this"  # noqa: S105 -- what must not be told
AKISMET = (
    *("verify-key", "comment-check", "submit-spam", "submit-ham", "usage-limit", "key-sites"),
    *("get-stats", "get-key-stats", "get-subscription", "deactivate"),
)
FIELDS = (
    *("blog", "user_ip", "comment_content", "comment_author", "comment_author_email", "callback"),
    *("comment_author_url", "blog_lang", "blog_charset", "honeypot_field_name", "user_role"),
    *("is_test", "month", "from", "filter", "format", "order", "limit", "offset", "extended"),
)
WORDS = (b"http://169.254.169.254/", b"http://127.0.0.1:22/", b"utf-16", b"csv", b"\xff", b"{}")


class House:
    """The house, a client of it, and what was seen."""

    def __init__(self, folder: Path, depth: str) -> None:
        from litestar.testing import TestClient  # noqa: PLC0415 -- after the instrumentation

        from palabre.application.issue_key import Keys  # noqa: PLC0415
        from palabre.domain.client import Counts  # noqa: PLC0415
        from palabre.settings import load  # noqa: PLC0415
        from palabre.web.app import create_app  # noqa: PLC0415
        from palabre.wiring import build_house  # noqa: PLC0415
        from palabre.wiring_parts import build_parts  # noqa: PLC0415

        file = folder / "palabre.toml"
        file.write_text(
            f'[server]\nsecret_key = "{"s" * 40}"\n[judge]\ndepth = "{depth}"\n'
            '[limits]\nenabled = false\n[log]\nlevel = "error"\n'
            f'[[sites]]\nid = "journal"\nname = "J"\norigins = ["{ORIGIN}"]\n'
            '[[sites]]\nid = "other"\nname = "O"\norigins = ["https://other.example"]\n',
            encoding="utf-8",
        )
        parts = build_parts(load(file), folder)
        keys = Keys(store=parts.store, clock=parts.clock)
        _, self.key = keys.issue("journal", label="mine", by="fuzz")
        theirs, _ = keys.issue("other", label=SECRET, by="fuzz")
        with parts.store.writing() as unit:
            month = f"{parts.clock():%Y-%m}"
            unit.clients.count({(theirs.id, month, f"https://{SECRET}.example"): Counts(calls=77)})
        self.seen: Counter[str] = Counter()
        self.client: Any = TestClient(
            create_app(build_house(parts)), base_url=ORIGIN, raise_server_exceptions=False
        )
        self.client.__enter__()
        for name in ("connect", "connect_ex"):
            setattr(socket.socket, name, _refuse)
        socket.getaddrinfo = _refuse

    def ask(self, given: Any) -> None:  # noqa: ANN401 -- atheris has no types
        """Make one call of the bytes, and hold its answer to the promises."""
        key = self.key if given.ConsumeProbability() < 0.9 else given.ConsumeUnicode(14)
        if given.ConsumeBool():
            call = given.PickValueInList(list(AKISMET))
            pairs = [("api_key", key), ("blog", ORIGIN), ("user_ip", "")]
            for _ in range(given.ConsumeIntInRange(0, 6)):
                raw = given.ConsumeBytes(given.ConsumeIntInRange(0, 80))
                value = given.PickValueInList([*WORDS, raw, raw])
                pairs.append((given.PickValueInList(list(FIELDS)), value))
            body = b"&".join(_encoded(name) + b"=" + _encoded(value) for name, value in pairs)
            if given.ConsumeProbability() < 0.1:
                body = given.ConsumeBytes(200)
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self.client.post(f"/1.1/{call}", content=body, headers=headers)
        else:
            call = given.PickValueInList(["analyze", "suggestscore"])
            attribute = given.PickValueInList(["TOXICITY", "THREAT", "SPAM", "INSULT@6", "NO"])
            asked: dict[str, Any] = {
                "comment": {"text": given.ConsumeUnicode(given.ConsumeIntInRange(0, 200))},
                "requestedAttributes": {attribute: {}},
                "attributeScores": {attribute: {"summaryScore": {"value": given.ConsumeFloat()}}},
                "languages": [given.PickValueInList(["fr", "en", "", given.ConsumeUnicode(4)])],
                "spanAnnotations": given.ConsumeBool(),
                "clientToken": given.ConsumeUnicode(8),
            }
            body = json.dumps(asked).encode("utf-8", "surrogatepass")
            cut = given.ConsumeIntInRange(0, len(body))
            if given.ConsumeProbability() < 0.3:
                body = body[:cut] + given.ConsumeBytes(30) + body[cut:]
            shown = _encoded(key).decode()
            answer = self.client.post(f"/v1alpha1/comments:{call}?key={shown}", content=body)
        self.seen[f"{call} {answer.status_code}"] += 1
        assert answer.status_code < 500, answer.text[:200]
        told = answer.text + str(answer.headers)
        assert SECRET not in told, "another key's data"
        assert not self.seen["connections"], "a connection was begun"


_house: House | None = None


def _refuse(*asked: object) -> None:
    if _house is not None:
        _house.seen["connections"] += 1
    raise OSError(f"nothing may leave: {asked[1:]}")


def _encoded(value: str | bytes) -> bytes:
    raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    return b"".join(b"%%%02x" % byte for byte in raw)


def fuzz(options: argparse.Namespace) -> None:
    """Run until the time is over; libFuzzer ends the process by itself."""
    global _house  # noqa: PLW0603 -- one process, one house
    import atheris  # noqa: PLC0415 -- an extra

    with atheris.instrument_imports(include=["palabre.web", "palabre.application"]):
        _house = House(Path(options.folder), options.depth)
    house, told, said = _house, Path(options.told), 0.0

    def one(raw: bytes) -> None:
        nonlocal said
        try:
            house.ask(atheris.FuzzedDataProvider(raw))
        finally:
            if time.monotonic() - said > 1:
                said = time.monotonic()
                told.write_text(json.dumps(house.seen), encoding="utf-8")

    arguments = [sys.argv[0], f"-max_total_time={options.seconds}", "-max_len=2000", "-timeout=60"]
    atheris.Setup([*arguments, "-verbosity=0", *options.corpus], one)
    atheris.Fuzz()


def main() -> int:
    """Start the run in a process of its own, since libFuzzer ends it; say what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--depth", default="rules")
    parser.add_argument("--corpus", action="append", default=[])
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--told", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.folder:
        fuzz(options)
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        hidden = ["--folder", folder, "--told", str(told)]
        done = subprocess.run(
            [sys.executable, __file__, *sys.argv[1:], *hidden], check=False, env=dict(os.environ)
        )
        seen: dict[str, int] = json.loads(told.read_text()) if told.exists() else {}
    for name, number in sorted(seen.items()):
        print(f"{name:32} {number:>8}")
    print(f"{sum(seen.values())} calls, exit {done.returncode}")
    return 1 if done.returncode or not seen else 0


if __name__ == "__main__":
    raise SystemExit(main())
