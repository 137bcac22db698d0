"""Write what the shipped thresholds give: ``docs/evaluation/operating-points.md``.

    python benchmarks/operating_points.py [--data ../shared/data] [--kept out/points]

The encoder's word on every held-back text takes minutes and is kept in a folder. Curves were fitted
and thresholds chosen on the rows that calibrate; every figure here is of the other half, the rows
that report (``palabre.learning.samples``). Words and patterns count as they do in the judge; the
spam model is left out.
"""

import argparse
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from palabre.domain.decision import Verdict
from palabre.learning import calibration, shipping
from palabre.learning.evaluation.intervals import Figure, at_prevalence, wilson
from palabre.learning.parts import LABELS
from palabre.learning.samples import CALIBRATE, OWN, REPORT, Sample, open_data, own_texts
from palabre.moderation.engine import Depth, judge
from palabre.moderation.facts import Facts
from palabre.moderation.house import house_rules
from palabre.moderation.language import guess, spoken
from palabre.moderation.models.card import Card, read_card
from palabre.moderation.models.shelf import ENCODER, read_shelf, shipped_folder
from palabre.moderation.normalise import fold
from palabre.moderation.rule import Trust

PAGE = Path("docs/evaluation/operating-points.md")
ENOUGH = 200
ATTACKS = ("insult", "hate", "antisemitism", "racism", "threat", "sexual")
KINDS_SHOWN = 12
TEXT = """\
# Operating points of {model}

Written by `python benchmarks/operating_points.py`. Curves and thresholds come from the rows that
calibrate; all figures but those of refusing are of the rows that report, on which nothing was
fitted. Shares with 95 % intervals (Wilson). Texts of one pattern are alike, so the intervals of our
own texts are narrower than what is known.

## Holding

ECE: expected calibration error over ten bins, both classes weighed alike; 0.05 was asked.

{rules}

## Refusing

The best that a cut could do where one comment in twenty is an attack, on all held-back rows of
scores with 200 positives. A lower bound of 0.95 was asked for automatic refusal: no score reaches
it, so the models only hold.

{refusing}

## Whole judgement

Harmless: labelled free of every attack and of toxicity. Most of our own are made to be mistaken:
twins of attacks, quotations, hard politics. 90 % published and 85 % held were asked.

{twins}

## Kinds most often wrong in French (our own texts)

{french}

## The same in English

{english}
"""
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Held:
    """The held-back texts with what the judge has to say: probabilities [texts, scores], nan null.

    ``logits`` are the encoder's; ``worded`` and ``held`` say whether words alone and whether
    anything stops a text.
    """

    samples: list[Sample]
    logits: NDArray[np.float64]
    probability: NDArray[np.float64]
    truth: NDArray[np.float64]
    worded: Mask
    held: Mask

    def of(self, lang: str, part: str = REPORT) -> Mask:
        """Tell which texts are of a language and a part."""
        return np.array([s.lang == lang and s.part == part for s in self.samples])

    @property
    def own(self) -> Mask:
        """Tell which texts the project wrote."""
        return np.array([s.source.startswith(OWN) for s in self.samples])

    @property
    def attacks(self) -> Mask:
        """Tell which texts a rule should hold."""
        columns = [LABELS.index(name) for name in ATTACKS]
        return np.asarray((self.truth[:, columns] == 1).any(axis=1))

    @property
    def harmless(self) -> Mask:
        """Tell which texts nobody should hold."""
        clean = self.truth[:, LABELS.index("toxicity")] == 0
        return np.asarray(clean & ~(self.truth == 1).any(axis=1))


def read(data: Path, texts: Path, kept: Path) -> Held:
    """Ask the shipped models and rules about every held-back text."""
    samples = shipping.held_back([*open_data(data), *own_texts(texts)])
    folder = kept / ENCODER
    if not folder.is_dir():
        shutil.copytree(shipped_folder() / ENCODER, folder)
    words = [sample.text for sample in samples]
    logits = shipping._kept_logits(folder, words, print).astype(float)  # noqa: SLF001 -- kept there
    card = read_card(shipped_folder() / ENCODER, Card)
    book = house_rules(None, read_shelf())
    trusts = {r.trust.symbol.removeprefix("model_"): r.trust for r in book.rules if r.trust}
    probability = np.full(logits.shape, np.nan)
    worded, held = (np.zeros(len(samples), bool) for _ in range(2))
    for i, sample in enumerate(samples):
        lang = spoken(guess(fold(sample.text).text), sample.lang)
        said = {
            name: round(curve.probability(logits[i, LABELS.index(name)]), 3)
            for name, curve in card.curves(lang).items()
        }
        for name, value in said.items():
            probability[i, LABELS.index(name)] = value
        decision = judge(sample.text, Facts(lang=sample.lang), book, Depth.RULES)
        worded[i] = decision.verdict is not Verdict.PUBLISH
        held[i] = worded[i] or any(
            trust.holds(said[name], lang) for name, trust in trusts.items() if name in said
        )
    truth = [[np.nan if label is None else label for label in s.labels] for s in samples]
    return Held(samples, logits, probability, np.array(truth, float), worded, held)


def share(figure: Figure) -> str:
    """Return a share with its interval."""
    if figure.value is None or figure.low is None or figure.high is None:
        return "-"
    return f"{figure.value:.1%} ({figure.low:.1%} to {figure.high:.1%})"


def counted(mask: Mask, among: Mask) -> Figure:
    """Return the share of ``among`` that are in ``mask``."""
    return wilson(int((mask & among).sum()), int(among.sum()))


def by_rule(held: Held, card: Card, trusts: dict[str, Trust]) -> Iterator[str]:
    """Yield the table of thresholds, per language and score."""
    yield "| language | score | texts (1 + 0) | ECE | hold from | recall | false alarms |"
    yield "|---|---|---:|---:|---:|---:|---:|"
    for lang in card.languages:
        for place, name in enumerate(LABELS):
            curve = card.curves(lang).get(name)
            if curve is None:
                continue
            rows = calibration.known(held.samples, held.logits, lang, name)
            part = rows.half(~rows.first)
            fitted = calibration.Curve(curve.a, curve.b)(part.logits)
            error = calibration.calibration_error(fitted, part)
            here = held.of(lang)
            yes, no = here & (held.truth[:, place] == 1), here & (held.truth[:, place] == 0)
            trust = trusts.get(name)
            cut = trust.hold.get(lang, trust.hold.get("other")) if trust else None
            cells = ["-", "-"]
            if cut:
                acts = np.nan_to_num(held.probability[:, place]) >= cut
                cells = [share(counted(acts, yes)), share(counted(acts, no))]
            yield (
                f"| {lang} | {name} | {yes.sum()} + {no.sum()} | {error:.3f} | "
                f"{cut or 'no rule'} | {cells[0]} | {cells[1]} |"
            )


def refusing(held: Held, card: Card) -> Iterator[str]:
    """Yield the table of what refusing would be worth: precision at one attack in twenty."""
    yield "| language | score | best cut | recall | precision at 5 % | its lower bound |"
    yield "|---|---|---:|---:|---:|---:|"
    for lang in card.languages:
        for place, name in enumerate(LABELS):
            here = held.of(lang) | held.of(lang, CALIBRATE)
            yes, no = (here & (held.truth[:, place] == value) for value in (1, 0))
            if name not in card.curves(lang) or yes.sum() < ENOUGH:
                continue
            best: tuple[float, float, Figure, Figure] | None = None
            for cut in calibration.STEPS:
                acts = np.nan_to_num(held.probability[:, place]) >= cut
                found, alarms = counted(acts, yes), counted(acts, no)
                precision = at_prevalence(found, alarms, calibration.PREVALENCE)
                if precision.low is not None and (best is None or precision.low > best[0]):
                    best = (precision.low, float(cut), found, precision)
            if best and best[2].value is not None and best[3].value is not None:
                yield (
                    f"| {lang} | {name} | {best[1]:.3f} | {best[2].value:.0%} | "
                    f"{best[3].value:.2f} | {best[0]:.2f} |"
                )


def twins(held: Held, languages: list[str]) -> Iterator[str]:
    """Yield what becomes of harmless texts and of attacks, per language."""
    yield "| language | texts | harmless: published | attacks: held | by words alone |"
    yield "|---|---|---:|---:|---:|"
    for lang in languages:
        for name, kind in (("own", held.own), ("others'", ~held.own)):
            here = held.of(lang) & kind
            good, bad = here & held.harmless, here & held.attacks
            if min(good.sum(), bad.sum()) == 0:
                continue
            cells = [share(counted(~held.held, good)), share(counted(held.held, bad))]
            alone = counted(held.worded, bad).value
            rows = f"{name}, {good.sum()} + {bad.sum()}"
            yield f"| {lang} | {rows} | {' | '.join(cells)} | {alone:.1%} |"


def kinds(held: Held, lang: str) -> Iterator[str]:
    """Yield which kinds of our own sentences are most often judged wrongly."""
    here = held.of(lang) & held.own
    for title, among, wrong in (
        ("Harmless, held", here & held.harmless, held.held),
        ("Attacks, published", here & held.attacks, ~held.held),
    ):
        whole = Counter(str(held.samples[i].kind) for i in np.flatnonzero(among))
        part = Counter(str(held.samples[i].kind) for i in np.flatnonzero(among & wrong))
        told = [
            f"{name} {part[name]} of {whole[name]}" for name, _ in part.most_common(KINDS_SHOWN)
        ]
        yield f"- {title}: {', '.join(told)}."


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description="Write what the shipped thresholds give.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--texts", type=Path, default=Path("texts"))
    parser.add_argument("--kept", type=Path, default=Path("out/points"))
    parser.add_argument("--page", type=Path, default=PAGE)
    arguments = parser.parse_args()
    held = read(arguments.data, arguments.texts, arguments.kept)
    card = read_card(shipped_folder() / ENCODER, Card)
    book = house_rules(None, read_shelf())
    trusts = {r.trust.symbol.removeprefix("model_"): r.trust for r in book.rules if r.trust}
    page = TEXT.format(
        model=f"{card.name} {card.version}",
        rules="\n".join(by_rule(held, card, trusts)),
        refusing="\n".join(refusing(held, card)),
        twins="\n".join(twins(held, list(card.languages))),
        french="\n".join(kinds(held, "fr")),
        english="\n".join(kinds(held, "en")),
    )
    arguments.page.parent.mkdir(parents=True, exist_ok=True)
    arguments.page.write_text(page, encoding="utf-8")
    print(json.dumps({"texts": len(held.samples), "page": str(arguments.page)}))


if __name__ == "__main__":
    main()
