"""The encoder: reads a text in both directions, one text a run, on one thread.

One text a run, never padded: int8 activations are scaled over the whole tensor, so a neighbour in a
batch, or padding, would change a text's scores. A text of more pieces than the model can take is
read by overlapping windows, and the highest score of each kind counts.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from palabre.domain.decision import Span
from palabre.moderation.model import Scored, UnavailableError
from palabre.moderation.models.card import Card, read_card
from palabre.moderation.models.runtime import onnxruntime
from palabre.moderation.passages import LEAST, Passage, carrying, heaviest

GRAPH: Final = "encoder.onnx"
TOKENIZER: Final = "tokenizer.json"
_OVERLAP: Final = 4  # a quarter of a window is read twice
# Three times the longest comment that a server takes. Beyond, nobody has read the text: it is held.
_WINDOWS_AT_MOST: Final = 24
# A run of a longer text takes ten milliseconds and more: a wider passage is then shown untried.
_TRIED_UP_TO: Final = 64
# All trials of a text together read so many pieces at most: as much as one longer comment.
_TRIED_PIECES: Final = 128
_KEPT_PIECES: Final = 160  # memory for texts up to here is kept, some 5 MB
_REMEMBERED: Final = _WINDOWS_AT_MOST + 4
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a text that fits the model: its pieces, and the passages they came from.

    ``ids`` are all pieces that the model reads, ``offsets`` the passages of those between the ends
    (and after a prefix), ``span`` the passage of all.
    """

    ids: list[int]
    offsets: list[tuple[int, int]]
    span: Span


@dataclass(frozen=True, slots=True)
class Said:
    """What one run gives: ``logits`` [scores], ``vector`` [width] of length 1.

    ``parts`` [pieces, scores] is what each piece added to the logits, None where the graph does not
    tell.
    """

    logits: Floats
    vector: Floats
    parts: Floats | None


class Encoder:
    """A fine-tuned encoder with a logit for each score of its card. Threads may share it."""

    def __init__(self, card: Card, session: onnxruntime.InferenceSession, cut: Tokenizer) -> None:
        self._card = card
        self._session = session
        self._cut = cut
        self._first, self._last = _ends(cut)
        self._latest = threading.local()
        self._for_long = _giving_back()
        given = {output.name for output in session.get_outputs()}
        self._asked = [name for name in ("logits", "vector", "parts") if name in given]
        self.name: Final = card.name
        self.version: Final = card.version

    def read(self, text: str, lang: str | None) -> Scored:
        """Return the calibrated scores that the model gives in a language."""
        curves = self._card.curves(lang)
        if not curves:
            return Scored({})
        windows = self.windows(text)
        said = np.max([self._run(window.ids).logits for window in windows], axis=0)
        by_name = dict(zip(self._card.scores, said.tolist(), strict=True))
        return Scored(
            {name: curve.probability(by_name[name]) for name, curve in curves.items()},
            tuple(window.span for window in windows) if len(windows) > 1 else (),
        )

    def locate(
        self,
        text: str,
        lang: str | None,  # noqa: ARG002 -- what carries a score is the same in every calibration
        names: Sequence[str],
    ) -> Mapping[str, tuple[Span, ...]]:
        """Return the passage that carries each of the scores, in the window that counted.

        Where the graph tells what each piece added, at most four short runs more, and none for a
        text of more than ``_TRIED_UP_TO`` pieces; of another graph words are left out, at some ten.
        """
        columns = {n: self._card.scores.index(n) for n in names if n in self._card.scores}
        windows = self.windows(text)
        said = [self._run(window.ids) for window in windows]
        found: dict[str, tuple[Span, ...]] = {}
        for number, (window, here) in enumerate(zip(windows, said, strict=True)):
            mine = [
                name
                for name, i in columns.items()
                if number == int(np.argmax([run.logits[i] for run in said]))
            ]
            part = text[window.span.begin : window.span.end]
            for name, span in zip(
                mine, self._carrying(part, window, here, [columns[n] for n in mine]), strict=True
            ):
                if span is not None:
                    at = window.span.begin
                    found[name] = (Span(at + span.begin, at + span.end),)
        return found

    def _carrying(
        self, part: str, window: Window, said: Said, columns: Sequence[int]
    ) -> Sequence[Span | None]:
        if not columns:
            return ()
        if said.parts is not None:
            inner = said.parts[len(said.parts) - 1 - len(window.offsets) : -1]
            at = window.span.begin
            offsets = [(begin - at, end - at) for begin, end in window.offsets]
            if len(window.ids) > _TRIED_UP_TO:
                wide = [heaviest(part, offsets, inner[:, c], wide=True) for c in columns]
                return [passages[-1].span if passages else None for passages in wide]
            likely = [heaviest(part, offsets, inner[:, column]) for column in columns]
            return self._tried(part, window, said, columns, likely)

        def ask(variant: str) -> list[float]:
            logits: list[float] = self._run(self.windows(variant)[0].ids).logits[columns].tolist()
            return logits

        return carrying(part, ask)

    def _tried(
        self,
        part: str,
        window: Window,
        said: Said,
        columns: Sequence[int],
        likely: Sequence[Sequence[Passage]],
    ) -> list[Span | None]:
        """Return of each score's likely passages the one that it misses most when left out.

        The strongest scores' longer passages are tried first, until ``_TRIED_PIECES`` are read; a
        score of which none was tried has its longer one.
        """
        order = sorted(range(len(columns)), key=lambda i: -float(said.logits[columns[i]]))
        longer = [passages[-1] for i in order for passages in [likely[i]] if passages]
        shorter = [passage for i in order for passage in likely[i][:-1]]
        allowed = _TRIED_PIECES // len(window.ids)
        left = {
            passage: self._run(self.windows(passage.left_out(part))[0].ids).logits
            for passage in list(dict.fromkeys([*longer, *shorter]))[:allowed]
        }
        found: list[Span | None] = []
        for column, candidates in zip(columns, likely, strict=True):
            passages = [passage for passage in candidates if passage in left]
            if candidates and not passages:
                found.append(candidates[-1].span)
                continue
            drops = [float(said.logits[column] - left[p][column]) for p in passages]
            gains = [p.gain(drop) for p, drop in zip(passages, drops, strict=True)]
            best = int(np.argmax(gains)) if gains else 0
            found.append(passages[best].span if gains and drops[best] >= LEAST else None)
        return found

    def windows(self, text: str) -> list[Window]:
        """Return the text cut into what the model can take; one window for most texts."""
        prefix = self._card.prefix
        pieces = self._cut.encode(prefix + text, add_special_tokens=False)
        ids, offsets = pieces.ids, pieces.offsets
        ahead = sum(1 for _, end in offsets if end <= len(prefix)) if prefix else 0
        head, ids = [self._first, *ids[:ahead]], ids[ahead:]
        if prefix:
            offsets = [(max(0, b - len(prefix)), e - len(prefix)) for b, e in offsets[ahead:]]
        room = self._card.max_pieces - len(head) - 1
        if len(ids) <= room:
            return [Window([*head, *ids, self._last], offsets, Span(0, len(text)))]
        step = room - room // _OVERLAP
        starts = range(0, len(ids) - room + step, step)
        if len(starts) > _WINDOWS_AT_MOST:
            raise UnavailableError(f"{len(ids)} pieces are more than {self.name} can read")
        return [
            Window(
                [*head, *ids[at : at + room], self._last],
                offsets[at : at + room],
                Span(offsets[at][0], offsets[min(at + room, len(ids)) - 1][1]),
            )
            for at in starts
        ]

    def vector(self, text: str) -> Floats:
        """Return the vector of a text, of length 1; of a long text the middle of its windows'."""
        vectors = [self._run(window.ids).vector for window in self.windows(text)]
        if len(vectors) == 1:
            return vectors[0]
        middle: Floats = np.mean(vectors, axis=0)
        return middle / np.linalg.norm(middle)

    def _remembered(self) -> dict[tuple[int, ...], Said]:
        if not hasattr(self._latest, "said"):
            self._latest.said = {}
        said: dict[tuple[int, ...], Said] = self._latest.said
        return said

    def _run(self, ids: list[int]) -> Said:
        """Return what the model says of one window.

        Each thread remembers its latest, as many as a text can have windows: a text's scores, its
        vector and the ground for explaining it are asked one after the other, and cost one run.
        """
        latest = self._remembered()
        key = tuple(ids)
        if key in latest:
            return latest[key]
        row = np.array([ids], np.int64)
        feed = {"input_ids": row, "attention_mask": np.ones_like(row)}
        how = self._for_long if len(ids) > _KEPT_PIECES else None
        logits, vectors, *parts = self._session.run(self._asked, feed, how)
        if not np.isfinite(logits).all():
            raise UnavailableError(f"{self.name} gave no figures")
        said = Said(logits[0], vectors[0], parts[0][0] if parts else None)
        if len(latest) >= _REMEMBERED:
            del latest[next(iter(latest))]
        latest[key] = said
        return said


def _ends(cut: Tokenizer) -> tuple[int, int]:
    empty: list[int] = cut.encode("").ids
    if len(empty) != 2:  # noqa: PLR2004 -- one before, one after
        raise UnavailableError(f"the tokenizer puts {len(empty)} pieces around a text, not two")
    return empty[0], empty[1]


def load_encoder(folder: Path, *, threads: int = 1) -> Encoder:
    """Return the model in ``folder``; raise ``UnavailableError`` with what is wrong."""
    card = read_card(folder, Card)
    try:
        cut = Tokenizer.from_file(str(folder / TOKENIZER))
        cut.no_truncation()
        cut.no_padding()
        session = onnxruntime.InferenceSession(
            str(folder / GRAPH), options(threads), providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        # Both libraries raise bare exceptions of their own for a missing or damaged file.
        raise UnavailableError(f"{folder}: {error}") from error
    width = next((o.shape[-1] for o in session.get_outputs() if o.name == "logits"), None)
    if width != len(card.scores):
        raise UnavailableError(f"{folder}: {width} logits for {len(card.scores)} scores")
    return Encoder(card, session, cut)


def _giving_back() -> onnxruntime.RunOptions:
    """Return how a long text is run: what it alone needed is given back to the system."""
    chosen = onnxruntime.RunOptions()
    chosen.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return chosen


def options(threads: int) -> onnxruntime.SessionOptions:
    """Return how the model is run: on few threads, in memory that is kept for the next text."""
    chosen = onnxruntime.SessionOptions()
    chosen.intra_op_num_threads = threads
    chosen.inter_op_num_threads = 1
    # Asking the system for memory anew takes 5 to 20 % of a run. An arena keeps what the longest
    # text ever needed, in every worker: after a long one it gives back (``_giving_back``).
    chosen.enable_cpu_mem_arena = True
    chosen.enable_mem_pattern = False
    chosen.log_severity_level = 3
    return chosen
