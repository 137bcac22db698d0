"""Labelled comments from JSON Lines, plain or gzipped, one format or the other of the project.

Labels go by the judge's own score names; the data sets' older names (toxic, antisemitic, racist)
are taken for them. A label that is null or missing says nothing: it is left out, never read as 0.
"""

import gzip
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from palabre.domain.decision import SCORES

OLDER: Final = {"toxic": "toxicity", "antisemitic": "antisemitism", "racist": "racism"}
_GZIP: Final = b"\x1f\x8b"
_SUFFIXES: Final = (".gz", ".jsonl", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One comment and what is known of it. ``labels`` holds the known ones only."""

    id: str
    text: str
    lang: str | None
    source: str
    labels: Mapping[str, bool]
    kind: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that is no labelled comment."""

    file: str
    line: int
    why: str


@dataclass(slots=True)
class Reading:
    """What the files hold."""

    rows: list[Row] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)


class _Line(msgspec.Struct):
    text: str
    labels: dict[str, bool | int | float | None]
    id: str | int | None = None
    lang: str | None = None
    source: str | None = None
    kind: str | None = None
    group: str | None = None
    target: str | None = None


def read(files: Iterable[Path]) -> Reading:
    """Return the rows of all files, in order; raise ``OSError`` for a file that cannot be read."""
    reading = Reading()
    decode = msgspec.json.Decoder(_Line).decode
    for file in files:
        name = _stem(file)
        for number, raw in enumerate(_lines(file), start=1):
            if not raw.strip():
                continue
            try:
                line = decode(raw)
                reading.rows.append(_row(line, name, number))
            except (ValueError, UnicodeDecodeError) as error:
                reading.broken.append(Broken(file.name, number, str(error)))
    return reading


def _lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        packed = opened.read(2) == _GZIP
    opener: Any = gzip.open if packed else open
    with opener(file, "rb") as stream:
        yield from stream


def _stem(file: Path) -> str:
    name = file.name
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def _row(line: _Line, file: str, number: int) -> Row:
    labels = {}
    for given, value in line.labels.items():
        name = OLDER.get(given, given)
        if name not in SCORES:
            raise ValueError(f"unknown label {given!r}; known are {', '.join(SCORES)}")
        if value is None:
            continue
        if value not in {0, 1}:
            raise ValueError(f"label {given!r} is {value!r}; write 0, 1 or null")
        labels[name] = bool(value)
    return Row(
        id=str(line.id) if line.id is not None else f"{file}:{number}",
        text=line.text,
        lang=line.lang,
        source=line.source or file,
        labels=labels,
        kind=line.kind,
        group=line.group or line.target,
    )


def sample(rows: list[Row], size: int, seed: int) -> list[Row]:
    """Return ``size`` rows in their order, drawn without favour; all when there are no more."""
    if size >= len(rows):
        return rows
    import numpy as np  # noqa: PLC0415 -- reading needs none

    drawn = np.random.default_rng(seed).choice(len(rows), size, replace=False)
    return [rows[i] for i in sorted(drawn.tolist())]
