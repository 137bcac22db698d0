"""``palabre thresholds``: the threshold that turns away as much here as was turned away before."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from palabre.application.ports import Store
from palabre.application.translate_threshold import Moderated, Translation, translate
from palabre.cli.configuration import read_settings
from palabre.cli.progress import shown
from palabre.cli.threshold_plot import plot
from palabre.domain.comment import Status
from palabre.domain.decision import SCORES
from palabre.moderation.facts import Facts
from palabre.wiring_parts import build_parts, open_models

_PAGE = 200
_ATTRIBUTES = {
    "TOXICITY": "toxicity",
    "IDENTITY_ATTACK": "hate",
    "INSULT": "insult",
    "PROFANITY": "profanity",
    "THREAT": "threat",
    "SEXUALLY_EXPLICIT": "sexual",
    "SPAM": "spam",
}


class Line(msgspec.Struct, kw_only=True):
    """A line of the file: a kept score, or what became of the comment."""

    text: str
    lang: str | None = None
    score: float | None = None
    rejected: bool | None = None


@click.command()
@click.argument("file", type=click.File("rb"), required=False)
@click.option(
    "--score",
    type=click.Choice([*SCORES, *_ATTRIBUTES], case_sensitive=False),
    default="toxicity",
    show_default=True,
    help="Which of Palabre's scores; Perspective's names are taken too.",
)
@click.option("--at", type=click.FloatRange(0, 1), help="The old threshold on each line's score.")
@click.option("--limit", default=20_000, show_default=True, type=click.IntRange(20))
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="Write a plot here.")
@click.pass_obj
def thresholds(
    config: Path | None,
    file: BinaryIO | None,
    score: str,
    at: float | None,
    limit: int,
    svg: Path | None,
) -> None:
    r"""Find the threshold with the same rejection rate.

    FILE: JSON Lines, {"text", "lang"?, "rejected": true|false} or, with --at, {"text", "lang"?,
    "score"}: scores that were kept from Perspective or another service. Without FILE: this house's
    own comments, published and refused.
    """
    settings, path = read_settings(config)
    parts = build_parts(settings, path.parent)
    try:
        open_models(parts)
        rows = list(_lines(file, at)) if file else list(_history(parts.store, limit))
        rows = rows[:limit]
        wanted = _ATTRIBUTES.get(score, score)
        found: list[tuple[float, bool]] = []
        unscored = 0
        with shown({"judging": f"Judging {len(rows)} comments"}) as tell:
            for number, row in enumerate(rows, 1):
                value = parts.judge(row.text, Facts(lang=row.lang)).scores.get(wanted)
                unscored += value is None
                found.append((value or 0.0, row.turned_away))
                tell("judging", number, len(rows))
    finally:
        parts.store.close()
    if rows and unscored == len(rows):
        raise click.ClickException(
            f"nothing here gives the score {wanted!r}; run: palabre doctor (are there models?)"
        )
    try:
        result = translate([value for value, _ in found], [gone for _, gone in found])
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    if svg is not None:
        svg.write_text(plot(result, wanted), encoding="utf-8")
    click.echo(_told(result, wanted, unscored))


def _told(result: Translation, score: str, unscored: int) -> str:
    said = [
        f"{score} >= {result.threshold:.3f}",
        (
            f"  of {result.comments} comments, turned away before: {result.before:.1%},"
            f" at this threshold: {result.after:.1%}"
        ),
        (
            f"  of those turned away before, {result.caught:.1%} would be again;"
            f" {result.alike:.1%} of all comments would fare as they did"
        ),
    ]
    if unscored:
        said.append(f"  {unscored} comments have no such score here and count as 0")
    return "\n".join(said)


def _lines(file: BinaryIO, at: float | None) -> Iterator[Moderated]:
    decode = msgspec.json.Decoder(Line).decode
    for number, raw in enumerate(file, 1):
        if not raw.strip():
            continue
        try:
            line = decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise click.ClickException(f"line {number}: {error}") from error
        if line.rejected is not None:
            gone = line.rejected
        elif line.score is not None and at is not None:
            gone = line.score >= at
        else:
            raise click.ClickException(
                f'line {number}: give "rejected", or "score" together with --at'
            )
        yield Moderated(text=line.text, lang=line.lang, turned_away=gone)


def _history(store: Store, limit: int) -> Iterator[Moderated]:
    """Yield the house's own comments: half of the limit at most of each kind, newest first."""
    with store.reading() as unit:
        sites = [site.id for site in unit.sites.all()]
    for status in (Status.REFUSED, Status.PUBLISHED):
        after: str | None = None
        seen = 0
        while seen < limit // 2:
            with store.reading() as unit:
                page = unit.queue.page(site_ids=sites, status=status, limit=_PAGE, after=after)
            for item in page:
                body, comment = item.stored.body, item.stored.comment
                seen += 1
                if body is not None:
                    yield Moderated(
                        text=body.text, lang=comment.lang, turned_away=status is Status.REFUSED
                    )
            if len(page) < _PAGE:
                break
            after = page[-1].stored.comment.id
