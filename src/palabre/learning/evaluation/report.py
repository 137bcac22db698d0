"""The whole report as one value, and as JSON."""

from collections.abc import Mapping

import msgspec

from palabre.learning.evaluation.compare import Comparison
from palabre.learning.evaluation.measure import SystemReport
from palabre.learning.evaluation.worst import Worst


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured. ``files``: name -> rows; ``broken`` counts lines that are no rows.

    ``against`` and ``difference`` are there when a second system was measured beside the first.
    ``worst`` is empty unless examples were asked for.
    """

    version: str
    files: Mapping[str, int]
    rows: int
    broken: int
    sampled: int | None
    seed: int
    labels: Mapping[str, tuple[int, int]]
    first: SystemReport
    against: SystemReport | None = None
    difference: Comparison | None = None
    worst: Mapping[str, Worst] = {}

    @property
    def systems(self) -> tuple[SystemReport, ...]:
        """One system or two."""
        return (self.first, self.against) if self.against else (self.first,)


def as_json(report: Report) -> bytes:
    """Return the report as JSON, its texts left out unless examples were asked for."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"
