"""What the desk lays before a moderator: one comment's case, and what moved meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from palabre.application.ports import QueueItem, Standing, Stored
from palabre.application.work_ports import DeskNote
from palabre.domain.decision import DecisionRecord
from palabre.domain.waiting import Entry, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A comment with all that is needed to decide on it.

    ``above`` are the comments that it answers, the nearest last; ``author`` what the same author
    wrote elsewhere, newest first; ``copies`` counts its near copies, itself included.
    """

    item: QueueItem
    decisions: Sequence[DecisionRecord]
    entry: Entry | None
    above: tuple[Stored, ...]
    author: tuple[Stored, ...]
    standing: Standing
    notes: Sequence[DeskNote]
    copies: int
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What moved: how much waits at each desk, who else reads what, and what has come.

    ``readers`` are names by comment; ``arrived`` counts what is new, ``newest`` are the last few.
    """

    levels: Mapping[Level, int]
    readers: Mapping[str, str]
    arrived: int
    newest: Sequence[QueueItem]
