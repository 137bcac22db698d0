"""What is learned from which source, how much of it, and which of its labels are believed."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import Final

from palabre.learning.parts import LABELS
from palabre.learning.samples import OWN, Sample, folded, share_of


@dataclass(frozen=True, slots=True)
class Use:
    """How a source is used: at most ``most`` rows, positives and negatives of ``even`` alike.

    ``without``: labels of this source that are not believed and left out of the loss.
    ``alone``: labels kept although the source has one class of them only. ``loose``: what it calls
    offensive and not hateful may be hateful all the same, so hate is then unknown.
    """

    most: int
    even: str = "hate"
    without: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    loose: bool = False


# A label of which a source has one class alone is left out by itself (germeval's hate is always 0):
# the model would learn the source. The rest are left out because their meaning is not ours.
GENERAL: Final[dict[str, Use]] = {
    "gahd": Use(3200),
    "hatexplain": Use(2200, without=("insult", "threat"), loose=True),
    "isca-antisemitism": Use(1300, even="antisemitism"),
    "stormfront": Use(900),
    "civil-toxic-spans": Use(1100, even="insult", without=("hate",), alone=("toxicity",)),
    "wikipedia-context-toxicity": Use(600, even="toxicity"),
    "paradetox": Use(1100, even="toxicity"),
    "davidson": Use(200, even="toxicity", without=("hate",)),
    "germeval-2018": Use(600, even="toxicity"),
    "told-br": Use(900, even="toxicity"),
    "mlma-fr": Use(700, even="toxicity", without=("hate", "racism")),
    "mlma-en": Use(200, even="toxicity", without=("hate", "racism", "antisemitism")),
    "mlma-ar": Use(700, even="toxicity", without=("racism", "antisemitism"), loose=True),
    "ftr": Use(500),
    "ro-fb-offense": Use(200, even="toxicity"),
    "hedetox": Use(700, even="toxicity"),
    "identity-templates-en": Use(300, even="toxicity"),
    "identity-templates-de": Use(150, even="toxicity"),
    "identity-templates-nl": Use(200, even="toxicity"),
}
# The second turn: more of what people really wrote, less of our patterns, which are learned fast.
SECOND: Final[dict[str, int]] = {
    "gahd": 4200, "hatexplain": 2400, "paradetox": 5000, "civil-toxic-spans": 3000,
    "wikipedia-context-toxicity": 1500, "germeval-2018": 2000, "told-br": 3000, "mlma-fr": 2400,
    "ftr": 800, "mlma-ar": 1200, "hedetox": 980, "davidson": 700, "stormfront": 1100,
}  # fmt: skip
# From the third turn on: still more of them, and our patterns in full.
THIRD: Final[dict[str, int]] = {
    "gahd": 5000, "hatexplain": 3500, "paradetox": 9000, "civil-toxic-spans": 3500,
    "wikipedia-context-toxicity": 3000, "germeval-2018": 4000, "told-br": 6000, "mlma-fr": 1150,
    "ftr": 1500, "mlma-ar": 1600, "hedetox": 980, "davidson": 1500, "stormfront": 1800,
    "ro-fb-offense": 1200, "identity-templates-en": 600,
}  # fmt: skip
MIXES: Final[tuple[dict[str, int], ...]] = ({}, SECOND, THIRD)
OWN_EACH: Final = (5000, 1500, 2500)
OWN_FRENCH: Final = (15_000, 7000, 18_000)


def mixed(samples: list[Sample], turn: int = 1) -> list[Sample]:
    """Return what the shipped model learns from: open data per source, and our own texts.

    Each turn takes other rows of the sources that have more than are used. What was written by
    hand is always taken whole: no two of its rows are alike.
    """
    step = min(turn, len(MIXES)) - 1
    sizes = MIXES[step]
    uses = {name: replace(use, most=sizes.get(name, use.most)) for name, use in GENERAL.items()}
    out = _mixed(samples, uses, turn)
    own: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        if sample.source == OWN:
            own[sample.lang].append(sample)
        elif sample.source.startswith(OWN):
            out.append(sample)
    for lang, rows in sorted(own.items()):
        out += _spread(rows, (OWN_FRENCH if lang == "fr" else OWN_EACH)[step])
    return out


def _mixed(samples: list[Sample], uses: dict[str, Use], turn: int) -> list[Sample]:
    by_source: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        if sample.source in uses:
            by_source[sample.source].append(sample)
    return [row for source, use in uses.items() for row in _used(by_source[source], use, turn)]


def _used(rows: list[Sample], use: Use, turn: int) -> list[Sample]:
    chosen = [_loosened(row) if use.loose else row for row in _even(rows, use, turn)]
    single = {
        name
        for place, name in enumerate(LABELS)
        if len({row.labels[place] for row in chosen} - {None}) == 1 and name not in use.alone
    }
    return [_without(row, single | set(use.without)) for row in chosen]


def believed(sample: Sample) -> Sample:
    """Return a held-back sample without the labels that are not believed of its source."""
    use = GENERAL.get(sample.source)
    if use is None:
        return sample
    return _without(_loosened(sample) if use.loose else sample, set(use.without))


def _loosened(row: Sample) -> Sample:
    offensive = row.label("toxicity") != 0 and row.label("hate") == 0
    return _without(row, {"hate", "racism", "antisemitism"}) if offensive else row


def _even(rows: list[Sample], use: Use, turn: int) -> list[Sample]:
    """Take a source's rows, the label ``even`` 1 and not 1 alike as far as they reach."""
    more = [str(turn)] if turn > 1 else []
    rows = sorted(rows, key=lambda row: share_of("order", *more, row.source, folded(row.text)))
    ones = [row for row in rows if row.label(use.even) == 1]
    rest = [row for row in rows if row.label(use.even) != 1]
    few = min(len(ones), len(rest), use.most // 2)
    take_ones = min(len(ones), max(few, use.most - len(rest)))
    return ones[:take_ones] + rest[: use.most - take_ones]


def _spread(rows: list[Sample], most: int) -> list[Sample]:
    """Take at most so many rows, kinds thinned alike."""
    if len(rows) <= most:
        return rows
    return sorted(rows, key=lambda row: share_of("order", row.text))[:most]


def _without(sample: Sample, labels: set[str]) -> Sample:
    kept = tuple(
        None if name in labels else value for name, value in zip(LABELS, sample.labels, strict=True)
    )
    return replace(sample, labels=kept)


def counts(samples: list[Sample]) -> dict[str, dict[str, int]]:
    """Return per source: rows, and ones and zeros of toxicity and hate."""
    out: dict[str, Counter[str]] = defaultdict(Counter)
    for sample in samples:
        key = f"{sample.lang} {sample.source}"
        out[key]["rows"] += 1
        for name in ("toxicity", "hate"):
            out[key][f"{name} {sample.label(name)}"] += 1
    return {key: dict(value) for key, value in sorted(out.items())}
