"""Labelled texts from every source in one form, with the split, fixed before any training."""

import gzip
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from palabre.learning.compose import compose
from palabre.learning.parts import LABELS

SHIPPING: Final = ("open", "sa")
COMPARING: Final = ("nc", "nolic")
THEIR_NAMES: Final = {"toxicity": "toxic", "antisemitism": "antisemitic", "racism": "racist"}
# Whole sources that nothing learns from: another platform, other annotators, other years.
HELD_SOURCES: Final = frozenset({"fox-news-comments", "jigsaw-bilingual"})
HELD_SHARE: Final = 0.1
# The only antisemitism in English: a tenth would leave too few positives to calibrate with.
HELD_MORE: Final = {"isca-antisemitism": 0.22}
OWN: Final = "own"
LEARN, CALIBRATE, REPORT = "learn", "calibrate", "report"

Labels = tuple[int | None, ...]
"""One label (1, 0, or None: cannot be told) for each of ``LABELS``, in that order."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled text. ``part`` says what it may serve for: learn, calibrate or report.

    ``frame``: the sentence pattern that it was expanded from, None for what people wrote.
    """

    text: str
    lang: str
    source: str
    part: str
    labels: Labels
    group: str | None = None
    kind: str | None = None
    frame: str | None = None

    def label(self, name: str) -> int | None:
        """Return one label by name."""
        return self.labels[LABELS.index(name)]


def share_of(*words: str) -> float:
    """Return a number from 0 to 1 that depends on the words alone."""
    digest = hashlib.sha256("\x00".join(words).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def folded(text: str) -> str:
    """Return a text without case, marks and punctuation: two that look alike are one."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[^\w]+", " ", plain).strip()


def open_data(data: Path, prefixes: tuple[str, ...] = SHIPPING) -> Iterator[Sample]:
    """Yield the rows of ``data/train`` of the licence groups asked for.

    The sources name no authors, so a part is held back by whole source (``HELD_SOURCES``) and, of
    the others, by a hash of the folded text: the same text never lands on both sides.
    """
    for path in sorted((data / "train").glob("*.jsonl.gz")):
        prefix, _, rest = path.name.removesuffix(".jsonl.gz").partition("-")
        if prefix not in prefixes:
            continue
        source = rest.partition("-")[2]
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                labels = tuple(row["labels"].get(THEIR_NAMES.get(name, name)) for name in LABELS)
                lang = row["lang"]
                part = _part(source, row["text"])
                yield Sample(row["text"], lang, source, part, labels, row.get("target"))


def _part(source: str, text: str) -> str:
    place = share_of("split", folded(text))
    if source not in HELD_SOURCES and place >= HELD_MORE.get(source, HELD_SHARE):
        return LEARN
    return CALIBRATE if share_of("half", folded(text)) < 0.5 else REPORT  # noqa: PLR2004


def own_texts(texts: Path) -> Iterator[Sample]:
    """Yield the project's own texts: patterns expanded, and rows written by hand.

    Held-back patterns are halved by pattern, held-back rows by row.
    """
    for folder in sorted(path for path in (texts / "patterns").glob("*") if path.is_dir()):
        for row in compose(folder):
            labels = tuple(row.labels[name] for name in LABELS)
            part = _half(row.pattern) if row.heldback else LEARN
            frame = row.id.rpartition("-")[0]
            yield Sample(row.text, row.lang, OWN, part, labels, row.group, row.kind, frame)
    for path in sorted(texts.glob("*/*.jsonl")) + sorted(texts.glob("*/heldback/*.jsonl")):
        held = path.parent.name == "heldback"
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            labels = tuple(row["labels"].get(name) for name in LABELS)
            yield Sample(
                row["text"], row["lang"], "own-by-hand", _half(row["id"]) if held else LEARN,
                labels, row.get("group"), row.get("kind"),
            )  # fmt: skip


def _half(name: str) -> str:
    return CALIBRATE if share_of("half", name) < 0.5 else REPORT  # noqa: PLR2004


def learning_only(samples: list[Sample]) -> list[Sample]:
    """Return what may be learned from: nothing whose folded text is also held back."""
    held = {folded(sample.text) for sample in samples if sample.part != LEARN}
    return [s for s in samples if s.part == LEARN and folded(s.text) not in held]
