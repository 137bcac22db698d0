"""``python -m palabre.learning.spam``: make the shipped spam model from the project's own texts.

No set of spam is clearly licensed, so nothing is learned but ``texts/``: patterns of spam and of
its legitimate twins (``texts/spam``), and what readers write (``texts/fr``, ``texts/patterns``).
A minute on one core; the same texts give the same file.
"""

import json
import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from palabre.learning.compose import compose
from palabre.learning.spamfill import filled
from palabre.moderation import spamwords
from palabre.moderation.normalise import fold

VERSION: Final = "1"
FOLDS: Final = 5
STRENGTH: Final = 6.0
PREVALENCE: Final = 0.05  # one comment in twenty: even odds mean that
ORDINARY: Final = {"fr": 3000, "en": 3000}
OTHERS: Final = 500
BACKGROUND: Final = {"fr": 1400, "en": 400}
BACKGROUND_OTHERS: Final = 60
_LINK: Final = re.compile(r"https?://[^\s<>\"]+")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its label, and the pattern it came from: one fold holds all of a pattern."""

    text: str
    lang: str
    spam: bool
    pattern: str
    kind: str = ""


def spam_patterns(texts: Path, *, heldback: bool = False) -> list[Text]:
    """Return the expansions of ``texts/spam``."""
    found = []
    for folder in sorted(path for path in (texts / "spam").glob("*") if path.is_dir()):
        for row in compose(folder):
            if row.heldback == heldback:
                spam = row.kind.startswith("spam")
                chance = random.Random(row.id)  # noqa: S311 -- not for secrets
                text = filled(row.text, chance, spam=spam, heldback=heldback)
                # One template is one pattern: its expansions must not stand on both sides.
                template = row.id.rpartition("-")[0]
                found.append(Text(text, row.lang, spam, template, row.kind))
    return found


def ordinary(texts: Path) -> list[Text]:
    """Return what readers write: by hand in French, composed in the other languages."""
    found = []
    for path in sorted((texts / "fr").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found.append(Text(row["text"], row["lang"], spam=False, pattern=row["id"]))
    for folder in sorted(path for path in (texts / "patterns").glob("*") if path.is_dir()):
        rows = [row for row in compose(folder) if not row.heldback]
        random.Random(folder.name).shuffle(rows)  # noqa: S311
        found += [
            Text(row.text, row.lang, spam=False, pattern=row.pattern, kind="composed")
            for row in rows[: ORDINARY.get(folder.name, OTHERS)]
        ]
    return found


def varied(rows: list[Text]) -> Iterator[Text]:  # noqa: C901 -- a list of small changes
    """Yield the texts as people send them: in capitals, without accents, with a link behind."""
    chance = random.Random(8)  # noqa: S311
    harmless: dict[str, list[str]] = {}
    for row in rows:
        if not row.spam:
            harmless.setdefault(row.lang, []).append(row.text)
    for row in rows:
        text = row.text
        roll = chance.random()
        if row.spam and roll < 0.12:  # noqa: PLR2004 -- shares of texts, here and below
            text = f"{chance.choice(harmless[row.lang])} {text}"
        elif roll < (0.24 if row.spam else 0.03):
            text = f"{text} {filled('<URL>', chance, spam=row.spam)}"
        if chance.random() < 0.12:  # noqa: PLR2004
            text = _LINK.sub(lambda found: _marked(found.group(), chance), text)
        roll = chance.random()
        if roll < 0.04:  # noqa: PLR2004
            text = text.upper()
        elif roll < 0.14:  # noqa: PLR2004
            text = unaccented(text)
        elif roll < 0.22:  # noqa: PLR2004
            text = text.lower()
        if not row.spam and chance.random() < 0.05:  # noqa: PLR2004
            text = text.rstrip(" .!") + chance.choice((" !", "!!!", " !!", "...", " ?!"))
        yield replace(row, text=text)


def _marked(address: str, chance: random.Random) -> str:
    """Return an address as Markdown writes a link, by the host, by a word, or bare in brackets."""
    host = address.partition("://")[2].partition("/")[0]
    label = chance.choice((host, "l'article", "ici", "here", "source"))
    return f"[{label}]({address})"


def unaccented(text: str) -> str:
    """Return a text as a hasty keyboard writes it."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def matrix(texts: list[str]) -> sparse.csr_matrix:
    """Return words and form of texts, side by side."""
    places, values, ends, forms = [], [], [0], []
    for text in texts:
        folded = fold(text).text
        indices, weights = spamwords.words(folded)
        places.append(indices.astype(np.int32))
        values.append(weights)
        ends.append(ends[-1] + len(indices))
        forms.append(spamwords.form(text, folded))
    shape = (len(texts), spamwords.BUCKETS)
    told = sparse.csr_matrix((np.concatenate(values), np.concatenate(places), ends), shape)
    return sparse.hstack([told, sparse.csr_matrix(np.array(forms))]).tocsr()


def weights_of(rows: list[Text]) -> Floats:
    """Return the weight of each row: spam and ordinary alike in all, twins three times."""
    spam = np.array([row.spam for row in rows])
    share = np.array([0.5 if row.kind == "composed" else 3.0 if row.kind else 1.0 for row in rows])
    share[spam] = 1.0
    share[spam] *= share[~spam].sum() / max(1.0, share[spam].sum())
    weights: Floats = share / share.mean()
    return weights


def fitted(x: sparse.csr_matrix, y: NDArray[np.bool_], weight: Floats) -> LogisticRegression:
    """Return the regression."""
    model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=100, random_state=0)
    return model.fit(x, y, sample_weight=weight)


def out_of_fold(x: sparse.csr_matrix, rows: list[Text], weight: Floats) -> Floats:
    """Return for each row the logit of a model that saw nothing of its pattern."""
    names = sorted({row.pattern for row in rows})
    random.Random(5).shuffle(names)  # noqa: S311
    fold_of = {name: place % FOLDS for place, name in enumerate(names)}
    folds = np.array([fold_of[row.pattern] for row in rows])
    y = np.array([row.spam for row in rows])
    logits = np.zeros(len(rows))
    for number in range(FOLDS):
        here = folds == number
        model = fitted(x[~here], y[~here], weight[~here])
        logits[here] = model.decision_function(x[here])
    return logits


def curve(logits: Floats, rows: list[Text]) -> tuple[float, float]:
    """Return ``a`` and ``b`` of the calibrated probability, at a prevalence of one in twenty."""
    y = np.array([row.spam for row in rows])
    weight = np.where(y, PREVALENCE / y.sum(), (1 - PREVALENCE) / (~y).sum())
    model = LogisticRegression(C=1e6).fit(logits[:, None], y, sample_weight=weight * len(rows))
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def background(rows: list[Text]) -> list[str]:
    """Return the ordinary comments that ship: what a site's own layer is held against."""
    chosen: list[str] = []
    taken: dict[str, int] = {}
    pool = [row for row in rows if not row.spam]
    random.Random(3).shuffle(pool)  # noqa: S311
    pool.sort(key=lambda row: row.kind == "composed")  # by hand first
    for row in pool:
        if taken.get(row.lang, 0) < BACKGROUND.get(row.lang, BACKGROUND_OTHERS):
            taken[row.lang] = taken.get(row.lang, 0) + 1
            chosen.append(" ".join(row.text.split()))
    return chosen


@click.command()
@click.option("--texts", type=click.Path(path_type=Path, exists=True), default=Path("texts"))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("src/palabre/moderation/models/spam")
)
def main(texts: Path, out: Path) -> None:
    """Learn the model and write it."""
    from palabre.learning.spamship import write  # noqa: PLC0415 -- it imports this file

    rows = spam_patterns(texts) + ordinary(texts)
    varying = list(varied(rows))
    x, weight = matrix([row.text for row in varying]), weights_of(varying)
    y = np.array([row.spam for row in varying])
    unseen = out_of_fold(x, varying, weight)
    model = fitted(x, y, weight)
    a, b = curve(unseen, varying)
    write(out, model.coef_[0], float(model.intercept_[0]), (a, b), background(rows), rows)
    click.echo(f"{y.sum()} spam, {(~y).sum()} ordinary texts; curve {a:.3f} {b:.3f}")


if __name__ == "__main__":
    main()
