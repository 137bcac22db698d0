"""A site's own layer: what its moderators refused, rule by rule, learned from a few of their texts.

A ridge regression over hashed n-grams, in its dual form: some dozen texts of a kind beside two
thousand ordinary comments, in about a second. As in ``adapt.py`` least squares gives for nothing
what the layer would say of each text had it not seen it; by those figures the mark is set beyond
all ordinary comments but one in 2,000, so that learning from few examples cannot flood the queue,
and by them a new layer is compared with the one in force.

Deterministic; a pure function of its input. What nobody but readers said is not handed in here.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palabre.moderation import spamwords
from palabre.moderation.normalise import fold

VERSION: Final = 1
BUCKETS: Final = 1 << 13
FEWEST: Final = 5
WELCOME: Final = "+"  # stands among the rules for what moderators let through
_PENALTY: Final = 0.005
_CONSTANT: Final = 0.1
_OTHERS: Final = 0.5  # weight of the other decisions and of ordinary comments; examples weigh 1
_ORDINARY: Final = 2.0
# Of so many ordinary comments one may lie beyond the mark: otherwise a single one that is by chance
# like what was refused would blind the layer to all of its kind.
_ONE_BEYOND: Final = 2_000
_MARGIN: Final = 0.25  # of the way from the likest of the others to a middling example
_STEEPNESS: Final = 4.0
_HIGHEST: Final = 0.89  # it may hold and never refuse at the shipped thresholds
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Decided:
    """A text on which a moderator decided: under ``rule``; None: let through."""

    id: str
    text: str
    rule: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """What was learned of one rule. ``gap``: from the mark to a middling example."""

    weights: NDArray[np.float32]
    mark: float
    gap: float

    def score(self, indices: NDArray[np.int64], shares: Floats) -> float:
        """Return 0.5 at the mark, which no ordinary comment but one in 2,000 reached."""
        raw = float(shares @ self.weights[indices]) if len(indices) else 0.0
        return float(scaled(raw, self.mark, self.gap))


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """All heads of a site, under one number. ``facts.SiteLayer`` is what detectors know of it."""

    site_id: str
    number: int
    heads: Mapping[str, Head] = field(default_factory=dict)
    rarity: Floats = field(default_factory=lambda: np.ones(BUCKETS, np.float32))

    @property
    def version(self) -> str:
        """The site and the number."""
        return f"{self.site_id}-{self.number}"

    def read(self, folded: str) -> dict[str, float]:
        """Return by rule how surely a text is like what was refused under it."""
        found = vector(folded, self.rarity)
        return {rule: head.score(*found) for rule, head in self.heads.items() if rule != WELCOME}

    def welcome(self, folded: str) -> float:
        """Return how surely a text is like what moderators let through."""
        head = self.heads.get(WELCOME)
        return head.score(*vector(folded, self.rarity)) if head is not None else 0.0

    def packed(self) -> bytes:
        """Return the layer as bytes: the same layer, the same bytes."""
        buffer = io.BytesIO()
        rules = sorted(self.heads)
        width = (len(rules), BUCKETS)
        rows = [self.heads[rule].weights for rule in rules]
        np.savez_compressed(
            buffer,
            weights=np.array(rows, np.float32).reshape(width),
            rarity=self.rarity,
            marks=np.array([[self.heads[r].mark, self.heads[r].gap] for r in rules], np.float64),
            rules=np.frombuffer(json.dumps([VERSION, *rules]).encode(), np.uint8),
        )
        return buffer.getvalue()


def unpacked(site_id: str, number: int, packed: bytes) -> Layer:
    """Return a layer from its bytes; raise ``ValueError`` where they are of another version."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        version, *rules = json.loads(arrays["rules"].tobytes())
        if version != VERSION:
            raise ValueError(f"learned by version {version}, here is {VERSION}: learn anew")
        weights, marks, rarity = arrays["weights"], arrays["marks"], arrays["rarity"]
    heads = {
        rule: Head(weights[i], float(marks[i][0]), float(marks[i][1]))
        for i, rule in enumerate(rules)
    }
    return Layer(site_id, number, heads, rarity)


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What a new layer said of each decision as if it had not learned it, by rule and id.

    ``alarms``: ordinary comments beyond the mark, by rule, of ``ordinary`` in all.
    """

    scores: Mapping[str, Mapping[str, float]]
    alarms: Mapping[str, int]
    ordinary: int


def learn(
    site_id: str, number: int, decided: Sequence[Decided], ordinary: Sequence[str]
) -> tuple[Layer, Trial]:
    """Return the layer and its trial; a rule with fewer than ``FEWEST`` examples has no head."""
    wanted = [*sorted({d.rule for d in decided if d.rule is not None}), WELCOME]
    rarity = rarities(ordinary)
    rows = dense([d.text for d in decided] + list(ordinary), rarity)
    gram = rows @ rows.T + np.float32(_CONSTANT)
    heads: dict[str, Head] = {}
    scores: dict[str, dict[str, float]] = {}
    alarms: dict[str, int] = {}
    for rule in wanted:
        mine = np.array([(d.rule or WELCOME) == rule for d in decided], bool)
        if mine.sum() < FEWEST or not ordinary:
            continue
        head, unseen = _head(rows, gram, mine)
        said = scaled(unseen, head.mark, head.gap)
        heads[rule] = head
        scores[rule] = {d.id: float(s) for d, s in zip(decided, said, strict=False)}
        alarms[rule] = int((said[len(decided) :] >= 0.5).sum())  # noqa: PLR2004
    return Layer(site_id, number, heads, rarity), Trial(scores, alarms, len(ordinary))


def _head(rows: Floats, gram: Floats, mine: NDArray[np.bool_]) -> tuple[Head, Floats]:
    total, decided = len(rows), len(mine)
    y = np.full(total, -1.0)
    y[:decided][mine] = 1.0
    weight = np.full(total, _ORDINARY / (total - decided))
    weight[:decided] = np.where(mine, 1.0 / mine.sum(), _OTHERS / max(1, (~mine).sum()))
    inverse = np.linalg.inv(gram + np.diag(_PENALTY / weight))
    alpha = inverse @ y
    unseen = y - alpha / np.diag(inverse)
    middling = float(np.median(unseen[:decided][mine]))
    likest = float(np.sort(unseen[decided:])[-1 - (total - decided) // _ONE_BEYOND])
    mark = likest + _MARGIN * max(0.0, middling - likest)
    # Where the examples are no nearer than ordinary comments, the head stays silent.
    gap = max(middling - mark, 0.05)
    constant = _CONSTANT * float(alpha.sum())
    weights = (rows.T @ alpha).astype(np.float32)
    return Head(weights, mark - constant, gap), unseen - constant


def scaled(raw: Any, mark: float, gap: float) -> Any:  # noqa: ANN401 -- a figure or an array
    """Return scores from 0 to ``_HIGHEST``: 0.5 at the mark."""
    z = np.clip(_STEEPNESS * (raw - mark) / gap, -40.0, 40.0)
    score = 1.0 / (1.0 + np.exp(-z))
    return np.minimum(score, _HIGHEST)


def vector(folded: str, rarity: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return the n-grams of a folded text: places, and the share of each, the rare ones larger."""
    indices, _ = spamwords.words(folded)
    places = np.unique(indices & (BUCKETS - 1)).astype(np.int64)
    shares = rarity[places]
    length = float(np.sqrt(shares @ shares))
    return places, shares / np.float32(length or 1.0)


def rarities(ordinary: Sequence[str]) -> Floats:
    """Return how rare each n-gram is in ordinary comments (inverse document frequency)."""
    found = np.zeros(BUCKETS)
    for text in ordinary:
        found[np.unique(spamwords.words(fold(text).text)[0] & (BUCKETS - 1))] += 1
    return np.log((1 + len(ordinary)) / (1 + found)).astype(np.float32)


def dense(texts: Sequence[str], rarity: Floats) -> Floats:
    """Return texts as rows of n-grams: [texts, BUCKETS]."""
    rows = np.zeros((len(texts), BUCKETS), np.float32)
    for row, text in zip(rows, texts, strict=True):
        places, shares = vector(fold(text).text, rarity)
        row[places] = shares
    return rows
