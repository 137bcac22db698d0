"""Measure what sites learn from their moderators, on a real store and by the real use cases.

    python benchmarks/lessons.py --data FOLDER [--ordinary 5000] [--judged 1000]

Fifty refusals at the desk teach a new kind of spam or a house rule; then: how much of the rest of
that kind would wait, how many of 5,000 ordinary comments would wait that did not before; whether
1,000 false reports by readers and 1,000 false submissions by a key without the moderator's role
move any verdict; whether going back gives the same judgements to the byte. Exit code 1 where issue
8 asks for more. FOLDER holds labelled sets (gzip JSON lines), for ordinary comments and two kinds.
"""

import argparse
import gzip
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import msgspec

from palabre.application.check_comment import CheckComment, Submission
from palabre.application.incoming import Limits
from palabre.application.issue_key import Keys
from palabre.application.learn_site import LayersInUse, LearnSite
from palabre.application.moderate import Choice, Moderate
from palabre.application.post_comment import NewComment, PostComment
from palabre.application.read_long import ReadLong
from palabre.application.report_comment import ReportComment
from palabre.application.submit_label import SubmitLabel
from palabre.application.traces import Remember
from palabre.domain.client import ApiKey
from palabre.domain.decision import Decision, Ground, GroundKind, Verdict
from palabre.domain.identifier import new_id
from palabre.domain.person import Moderator, Role
from palabre.domain.report import Category, Report
from palabre.domain.site import Site
from palabre.moderation.engine import Depth, judge
from palabre.moderation.facts import Facts
from palabre.moderation.house import house_rules
from palabre.moderation.models.shelf import read_shelf
from palabre.moderation.normalise import fold
from palabre.moderation.rulebook import RuleBook
from palabre.moderation.spammodel import ordinary_comments
from palabre.rendering.markdown import MarkdownRenderer
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore

SITE = Site(id="site", name="Le Journal", lang="fr", origins=("https://journal.example",))
URL = "https://journal.example/politique/budget"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TAUGHT = 50
REPORTS = 1_000
MODERATOR = Moderator(
    id=new_id(NOW),
    login="claire",
    name="Claire",
    role=Role.ADMINISTRATOR,
    password_hash="",
    created_at=NOW,
)
ORDINARY = (
    "nolic-fr-allocine-series-reviews",
    "nolic-fr-toxifrench-agreement",
    "open-en-paradetox",
)

# Frames of three kinds that neither rules nor model know; a list for each place.
KINDS = {
    "a tisane, praised in passing": (
        "spam",
        ("Ma tante", "Le voisin", "Un cousin", "Sa collègue", "Mon beau-frère", "La boulangère"),
        ("a pris une cure de tisane du mont bleu", "boit la tisane du mont bleu chaque soir",
         "ne jure que par trois tasses de mont bleu", "a goûté l'infusion mont bleu en cure"),
        ("et ses douleurs ont disparu.", "et court à nouveau.", "et dort bien depuis.",
         "et a jeté ses cachets."),
        ("", "Demandez-lui.", "Cherchez son nom.", "On en parle peu."),
    ),
    "a petition for a candidate, pasted everywhere": (
        "spam",
        ("Citoyens,", "Chers voisins,", "Mes amis,", "À tous :", "Lecteurs,"),
        ("le collectif Renouveau 27 compte sur vous", "rejoignez le mouvement Renouveau 27",
         "Renouveau 27 a besoin de vos signatures", "soutenez la liste Renouveau 27"),
        ("avant dimanche", "dès ce soir", "pour que ça change", "sur le marché samedi"),
        ("et faites passer.", "et parlez-en autour de vous.", "merci d'avance.", "on lâche rien."),
    ),
    "house rule: nothing about the paywall": (
        "paywall",
        ("Encore un article payant", "Réservé aux abonnés", "Impossible de lire sans payer",
         "Toujours ce mur payant", "On ne voit que trois lignes sans abonnement"),
        ("c'est honteux", "vous exagérez", "bravo la presse libre", "je ne paierai pas",
         "et après on s'étonne"),
        ("pour un journal subventionné.", "alors que l'info devrait être gratuite.",
         "je vais lire ailleurs.", "copiez-collez le texte svp."),
        ("", "Qui a la version complète ?", "Désabonné depuis deux ans.", "À bon entendeur."),
    ),
}  # fmt: skip
OTHERS = {
    "SMS advertising, French (other people's, many kinds)": "nolic-fr-sms-spam-multilingual",
    "YouTube advertising, English (other people's)": "nolic-en-youtube-spam-collection",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A store with its use cases."""

    store: SqlStore
    post: PostComment
    moderate: Moderate
    learn: LearnSite
    check: CheckComment
    client: ApiKey


def house(folder: Path, rules: RuleBook) -> House:
    """Return a new house with one site, one moderator, one key without their role."""
    url = f"sqlite:///{folder}/palabre.db"
    upgrade(url)
    store = SqlStore(url)
    with store.writing() as unit:
        unit.sites.register(SITE)
        unit.moderators.add(MODERATOR)

    def clock() -> datetime:
        return NOW

    def judged(text: str, facts: Facts) -> Decision:
        return judge(text, facts, rules, Depth.FULL)

    remember = Remember(secret=b"s" * 32)
    layers = LayersInUse(store, clock)
    key = Keys(store=store, clock=clock).issue("site", label="client", by="claire")
    return House(
        store=store,
        post=PostComment(
            store=store,
            judge=lambda _t, facts: Decision(
                verdict=Verdict.PUBLISH, rules=(), rules_version="1", lang=facts.lang
            ),
            render=MarkdownRenderer(),
            clock=clock,
            limits=Limits(),
            remember=remember,
        ),
        moderate=Moderate(
            store=store,
            clock=clock,
            ground_of=lambda rule: Ground(kind=GroundKind.TERMS, rule=rule, reference="house"),
            rules_version="1",
            remember=remember,
        ),
        learn=LearnSite(store=store, clock=clock, ordinary=ordinary_comments),
        check=CheckComment(
            store=store,
            judge=ReadLong(judge=judged, by_rules=judged, whole=20_000),
            rules=rules,
            site=lambda _: SITE,
            clock=clock,
            remember=remember,
            layer_of=layers,
        ),
        client=key[0],
    )


def taught(made: House, texts: Sequence[str], rule: str | None) -> list[str]:
    """Post texts and let the moderator decide on each."""
    verdict = Verdict.REFUSE if rule else Verdict.PUBLISH
    done = []
    for text in texts:
        posted = made.post(NewComment(url=URL, text=text)).stored.comment.id
        made.moderate.decide(posted, Choice(verdict=Verdict.HOLD), MODERATOR)
        made.moderate.decide(posted, Choice(verdict=verdict, rule=rule), MODERATOR)
        done.append(posted)
    return done


def rows(folder: Path, source: str, *, spam: bool) -> list[str]:
    """Return the texts of one side of a labelled set, each once."""
    with gzip.open(folder / f"{source}.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return list(
        dict.fromkeys(
            row["text"]
            for row in found
            if bool(row["labels"].get("spam")) == spam and row["labels"].get("toxic") != 1
        )
    )


def kinds(folder: Path) -> dict[str, tuple[str, list[str]]]:
    """Return the texts of each kind, in an order of their own, with the rule they break."""
    found = {}
    for name, (rule, *parts) in KINDS.items():
        found[name] = (rule, [" ".join(p for p in one if p) for one in product(*parts)])
    for name, source in OTHERS.items():
        if (folder / f"{source}.jsonl.gz").exists():
            found[name] = ("spam", rows(folder, source, spam=True)[:350])
    for _, texts in found.values():
        random.Random(8).shuffle(texts)
    return found


def bytes_of(made: House, texts: Sequence[str]) -> list[bytes]:
    """Return whole judgements, to the byte."""
    said = [made.check(made.client, Submission(text=text)).decision for text in texts]
    return [msgspec.json.encode(one) for one in said]


def waits(made: House, text: str) -> bool:
    """Tell whether the comment would not appear at once."""
    decision = made.check(made.client, Submission(text=text)).decision
    return decision is None or decision.verdict is not Verdict.PUBLISH


def a_kind(rule: str, texts: list[str], plain: list[str], rules: RuleBook) -> tuple[float, ...]:
    """Return recall on the rest before and after, and the new false alarms."""
    with tempfile.TemporaryDirectory() as folder:
        made = house(Path(folder), rules)
        untaught = replace(made, check=replace(made.check, layer_of=None, remember=None))
        taught(made, texts[:TAUGHT], rule)
        done = made.learn("site")
        if done is None or not done.taken:
            return 0.0, 0.0, 0
        layers = LayersInUse(made.store, lambda: NOW)
        made = replace(made, check=replace(made.check, layer_of=layers, remember=None))
        rest = texts[TAUGHT : TAUGHT + 200]
        before = [waits(untaught, text) for text in rest]
        after = [old or waits(made, text) for old, text in zip(before, rest, strict=True)]
        layer = layers("site")
        # Nothing but the layer is new: it is asked first, the whole judge where it says yes.
        said = [t for t in plain if layer and max(layer.read(fold(t).text).values()) >= 0.5]
        new = sum(waits(made, text) and not waits(untaught, text) for text in said)
        made.store.close()
    return sum(before) / len(rest), sum(after) / len(rest), new


def flooded(rule: str, texts: list[str], plain: list[str], rules: RuleBook, n: int) -> bool:
    """Compare two houses that were taught alike; one of them is flooded with false reports."""
    held = [*plain[:n], *texts[TAUGHT + 10 : TAUGHT + 60]]
    aim = plain[n : n + 200]
    verdicts, same = [], True
    for flood in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            made = house(Path(folder), rules)
            taught(made, texts[:TAUGHT], rule)
            taught(made, plain[-40:], None)
            made.learn("site")
            posted = [made.post(NewComment(url=URL, text=t)).stored.comment.id for t in aim]
            if flood:
                report = ReportComment(
                    store=made.store, clock=lambda: NOW, within=timedelta(hours=24)
                )
                submit = SubmitLabel(store=made.store, clock=lambda: NOW)
                for number in range(REPORTS):
                    report(
                        Report(
                            comment_ids=(posted[number % len(posted)],),
                            category=Category.SCAM,
                            why="spam",
                            name="Un lecteur",
                            email=f"lecteur{number}@courriel.example",
                            in_good_faith=True,
                        )
                    )
                    text = f"{held[number % n]} {number}"
                    submit(made.client, text, lang="fr", labels={"spam": 1.0})
            taught(made, texts[TAUGHT : TAUGHT + 10], rule)
            made.learn("site")
            made = replace(
                made, check=replace(made.check, layer_of=LayersInUse(made.store, lambda: NOW))
            )
            verdicts.append([waits(made, text) for text in held])
            if flood:
                same = gone_back(made, held[-100:])
            made.store.close()
    moved = sum(a is not b for a, b in zip(*verdicts, strict=True))
    print(f"{REPORTS} false reports, {REPORTS} submissions: {moved} of {len(held)} verdicts moved")
    print(f"rolled back and forth: {'the same to the byte' if same else 'NOT THE SAME'}")
    return moved <= 0.001 * len(held) and same


def gone_back(made: House, texts: Sequence[str]) -> bool:
    """Tell whether a layer that is used again judges as it did."""
    said = {}
    for number in (2, 1, 0, 2, 1, 0):
        made.learn.use("site", number, by="claire")
        fresh = LayersInUse(made.store, lambda: NOW)
        now = bytes_of(replace(made, check=replace(made.check, layer_of=fresh)), texts)
        if said.setdefault(number, now) != now:
            return False
    return said[0] != said[2]


def main() -> None:
    """Print the figures; tell by the exit code whether they are good enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--ordinary", type=int, default=5_000)
    parser.add_argument("--judged", type=int, default=1_000)
    args = parser.parse_args()
    shelf = read_shelf(None)
    shelf.open()
    rules = house_rules(None, shelf)
    with_paywall = house_rules(
        "[rules.paywall]\ngravity = 10\nhold = 0.5\nmay_refuse = false\n"
        'says.fr = "On ne parle pas ici du prix du journal."\n'
        'says.en = "The price of the paper is no subject here."\n'
        'clause.fr = "parle du prix du journal"\nclause.en = "talks of the price of the paper"\n'
        'words.fr = ["prixdujournalinconnu"]\n',
        shelf,
    )
    plain = [text for source in ORDINARY for text in rows(args.data, source, spam=False)]
    plain = plain[: args.ordinary]
    print(f"{len(plain)} ordinary comments; {TAUGHT} decisions each\n")
    print("| kind | recall before | after | new false alarms |\n|---|---:|---:|---:|")
    good = True
    found = kinds(args.data)
    for name, (rule, texts) in found.items():
        book = with_paywall if rule == "paywall" else rules
        before, after, new = a_kind(rule, texts, plain, book)
        print(f"| {name} | {before:.0%} | {after:.0%} | {new} |", flush=True)
        if name in KINDS:
            good = good and after >= 0.8 and new <= 5
    print()
    rule, texts = next(iter(found.values()))
    good = flooded(rule, texts, plain, rules, args.judged) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
