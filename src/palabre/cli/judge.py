"""``palabre judge``: JSON Lines in, JSON Lines out, in order, one verdict a line.

Input is judged as it arrives: whatever whole lines a read brings are answered and flushed at once,
so that a program can talk to it line by line and a file still streams at full speed.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from palabre.application.incoming import readable
from palabre.cli.rulefile import rules_option, wanted_rules, wanted_shelf
from palabre.domain.decision import Decision, Evidence
from palabre.domain.errors import Refusal
from palabre.moderation.engine import Depth, judge
from palabre.moderation.explain import Audience, explain
from palabre.moderation.facts import Facts
from palabre.moderation.rulebook import RuleBook
from palabre.rendering.catalogue import PoCatalogue, load_catalogues

_CHUNK: Final = 1 << 16
_MAX_LINE: Final = 4 << 20
_NOTE_EVERY: Final = 10.0  # seconds between plain lines where there is no terminal


class Line(msgspec.Struct, frozen=True):
    """One comment to judge. Other keys are allowed and mean nothing here."""

    id: str | int
    text: str
    lang: str | None = None
    name: str | None = None
    email: str | None = None
    url: str | None = None
    article: str | None = None
    parent: str | None = None


@dataclass(slots=True)
class Tally:
    """What has been done so far."""

    judged: int = 0
    broken: int = 0

    @property
    def lines(self) -> int:
        """Lines answered."""
        return self.judged + self.broken


class Judging:
    """Turns one line of input into one line of output."""

    def __init__(self, rules: RuleBook, depth: Depth, catalogues: dict[str, PoCatalogue]) -> None:
        self._rules = rules
        self._depth = depth
        self._catalogues = catalogues
        self._decode = msgspec.json.Decoder(Line).decode
        self._encode = msgspec.json.Encoder().encode
        self.tally = Tally()

    def answer(self, raw: bytes) -> bytes:
        """Return the answer to a line, without its line end; never raises for a bad line."""
        try:
            line = self._decode(raw)
            readable(line.text, "text")
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return self.broken("bad_json" if _is_json_error(error) else "bad_field", str(error))
        except Refusal as refusal:
            return self.broken(refusal.code.value, "NUL or half of a surrogate pair in the text")
        facts = Facts(
            lang=line.lang,
            author_name=line.name,
            author_email=line.email,
            author_url=line.url,
        )
        decision = judge(line.text, facts, self._rules, self._depth)
        self.tally.judged += 1
        return self._encode(self._wire(line, decision))

    def broken(self, code: str, detail: str) -> bytes:
        """Return the answer to a line that is no comment."""
        self.tally.broken += 1
        return self._encode({"id": None, "error": code, "line": self.tally.lines, "detail": detail})

    def _wire(self, line: Line, decision: Decision) -> dict[str, object]:
        catalogue = self._catalogues.get(decision.lang or "") or self._catalogues["fr"]
        return {
            "id": line.id,
            "verdict": decision.verdict.value,
            "rules": decision.rules,
            "scores": decision.scores,
            "evidence": [_evidence(found) for found in decision.evidence],
            "lang": decision.lang,
            "says": explain(decision, self._rules, catalogue, line.text, Audience.AUTHOR),
            **({"not_checked": decision.not_checked} if decision.not_checked else {}),
            **({"not_needed": decision.not_needed} if decision.not_needed else {}),
        }


@click.command("judge")
@click.argument("file", type=click.File("rb", lazy=False), default="-")
@rules_option
@click.option(
    "--depth",
    type=click.Choice([d.value for d in Depth]),
    default=Depth.FULL.value,
    show_default=True,
    help="How much work a judgement may cost.",
)
@click.pass_obj
def judge_lines(config: Path | None, file: BinaryIO, rules: Path | None, depth: str) -> None:
    r"""Judge comments: JSON Lines from FILE (or standard input) to standard output.

    A line is {"id", "text", "lang"?, "name"?, "email"?, "url"?, "article"?, "parent"?}; one that is
    not gives {"id": null, "error": ...}, and the run goes on. Exit code 1 when there was one.
    """
    shelf = wanted_shelf(config)
    book = wanted_rules(config, rules, shelf)
    if book.deep and Depth(depth) is not Depth.RULES:
        for wrong in shelf.open():
            click.echo(f"{wrong}; what a rule asks of it is not checked, and held", err=True)
    judging = Judging(book, Depth(depth), load_catalogues())
    out = sys.stdout.buffer
    with _progress(file) as advance:
        for lines, size in _batches(file):
            answers = [
                judging.answer(raw)
                if raw is not None
                else judging.broken("line_too_long", f"longer than {_MAX_LINE} bytes")
                for raw in lines
            ]
            if answers:
                out.write(b"\n".join(answers) + b"\n")
                out.flush()
            advance(size, judging.tally)
    if judging.tally.broken:
        click.echo(
            f"{judging.tally.judged} judged, {judging.tally.broken} lines not understood", err=True
        )
        raise click.exceptions.Exit(1)


def _batches(file: BinaryIO) -> Iterator[tuple[list[bytes | None], int]]:
    """Yield the whole lines that each read brings, and its size; None stands for a giant line."""
    read: Callable[[int], bytes] = getattr(file, "read1", file.read)
    pending, skipping = b"", False
    while chunk := read(_CHUNK):
        *whole, pending = (pending + chunk).split(b"\n")
        if skipping and whole:
            whole, skipping = whole[1:], False  # the end of the giant
        lines: list[bytes | None] = [raw for raw in whole if raw.strip()]
        if skipping:
            pending = b""
        elif len(pending) > _MAX_LINE:
            lines.append(None)
            pending, skipping = b"", True
        yield lines, len(chunk)
    if pending.strip() and not skipping:
        yield [pending], 0


class _progress:  # noqa: N801 -- reads as a statement
    """A bar on a terminal, a plain line now and then elsewhere, both on standard error."""

    def __init__(self, file: BinaryIO) -> None:
        console = Console(stderr=True)
        size = _size(file)
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._noted = time.monotonic()
        if console.is_terminal and not sys.stdout.isatty():
            columns = (TextColumn("{task.completed:.0f} bytes"), BarColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=console, transient=True)
            self._task = self._bar.add_task("judge", total=size)

    def __enter__(self) -> Callable[[int, Tally], None]:
        if self._bar:
            self._bar.start()
        return self._advance

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def _advance(self, size: int, tally: Tally) -> None:
        if self._bar:
            self._bar.advance(self._task, size)
        elif time.monotonic() - self._noted > _NOTE_EVERY:
            self._noted = time.monotonic()
            click.echo(f"{tally.lines} lines judged", err=True)


def _size(file: BinaryIO) -> int | None:
    try:
        return Path(file.name).stat().st_size if file.seekable() else None
    except (OSError, TypeError):
        return None


def _evidence(found: Evidence) -> dict[str, object]:
    return {
        "symbol": found.symbol,
        "score": round(found.score, 3),
        "detector": found.detector,
        "version": found.version,
        "spans": found.spans,
    }


def _is_json_error(error: Exception) -> bool:
    return not isinstance(error, msgspec.ValidationError)
