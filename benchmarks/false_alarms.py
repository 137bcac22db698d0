"""Measure how often the shipped rules hold or refuse what is harmless, and what they find.

    python benchmarks/false_alarms.py [FOLDER] [--show N] [--rules FILE]

FOLDER holds the labelled texts (gzip, one JSON object a line). The harmless French rows are the
measure: at most 5 % held and 0.2 % refused, defamation at most 2 %. Exit code 1 when that is not
so. Recall and English are printed beside, for information: the rules alone are meant to be precise.
"""

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from palabre.domain.decision import Decision, Verdict
from palabre.moderation.engine import judge
from palabre.moderation.facts import Facts
from palabre.moderation.rulebook import RuleBook, default_rules, load

Row = dict[str, Any]
HOLD_AT_MOST = 0.05
REFUSE_AT_MOST = 0.002
DEFAMATION_AT_MOST = 0.02


def is_harmless(row: Row) -> bool:
    """Tell whether a source calls the row harmless."""
    return row["labels"]["toxic"] == 0


def is_toxic(row: Row) -> bool:
    """Tell whether a source calls the row toxic."""
    return row["labels"]["toxic"] == 1


def any_row(_: Row) -> bool:
    """Take every row."""
    return True


HARMLESS_FRENCH: dict[str, Callable[[Row], bool]] = {
    "open-fr-mlma-fr": is_harmless,
    "nolic-fr-toxifrench-agreement": is_harmless,
    "nolic-fr-allocine-series-reviews": any_row,
}
BESIDE = {
    "nolic-fr-watat-hateful-fr": is_harmless,
    "sa-fr-jigsaw-bilingual": is_harmless,
    "nolic-fr-sms-spam-multilingual": lambda row: row["labels"]["spam"] == 0,
    "sa-en-wikipedia-context-toxicity": is_harmless,
    "nc-en-unhealthy-conversations": is_harmless,
    "open-en-paradetox": is_harmless,
    "nolic-en-sms-spam-multilingual": lambda row: row["labels"]["spam"] == 0,
}
TO_FIND = {
    "open-fr-mlma-fr": is_toxic,
    "open-fr-ftr": is_toxic,
    "nolic-fr-toxifrench-agreement": is_toxic,
    "open-en-isca-antisemitism": is_toxic,
    "open-en-hatexplain": is_toxic,
    "open-en-civil-toxic-spans": is_toxic,
    "sa-en-jigsaw-bilingual": is_toxic,
}


def rows(folder: Path, source: str, wanted: Callable[[Row], bool]) -> Iterator[Row]:
    """Yield the wanted rows of a source."""
    with gzip.open(folder / f"{source}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if wanted(row):
                yield row


def told(source: str, total: int, verdicts: Counter[Verdict], rules: Counter[str]) -> None:
    """Print one line of the table."""
    acted = verdicts[Verdict.HOLD] + verdicts[Verdict.REFUSE]
    per_rule = "  ".join(f"{rule} {count}" for rule, count in rules.most_common())
    print(
        f"{source:40} {total:6}  held or refused {100 * acted / total:6.2f} %  "
        f"refused {100 * verdicts[Verdict.REFUSE] / total:5.2f} %   {per_rule}"
    )


def measure(
    book: RuleBook, folder: Path, sources: dict[str, Callable[[Row], bool]], show: int
) -> tuple[int, Counter[Verdict], Counter[str]]:
    """Judge and count; print the table and the worst offenders."""
    total, verdicts, rules = 0, Counter[Verdict](), Counter[str]()
    worst: list[tuple[float, str, str, Decision]] = []
    for source, wanted in sources.items():
        own_verdicts, own_rules, count = Counter[Verdict](), Counter[str](), 0
        for row in rows(folder, source, wanted):
            decision = judge(row["text"], Facts(lang=row["lang"]), book)
            count += 1
            own_verdicts[decision.verdict] += 1
            own_rules.update(decision.rules)
            if decision.verdict is not Verdict.PUBLISH:
                strongest = max((item.score for item in decision.evidence), default=0.0)
                worst.append((strongest, source, row["text"], decision))
        told(source, count, own_verdicts, own_rules)
        total += count
        verdicts += own_verdicts
        rules += own_rules
    told("together", total, verdicts, rules)
    for strongest, source, text, decision in sorted(worst, key=lambda w: -w[0])[:show]:
        found = [
            (item.symbol, [text[span.begin : span.end] for span in item.spans])
            for item in decision.evidence
            if "profanity" not in item.symbol
        ]
        print(f"  {strongest:.2f} {decision.verdict} {source}: {text[:160]!r}\n       {found}")
    return total, verdicts, rules


def main() -> int:
    """Measure, print, and say whether the limits hold."""
    parser = argparse.ArgumentParser(description="Count false alarms of the shipped rules.")
    default = Path(__file__).resolve().parent.parent / "../shared/data/train"
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    parser.add_argument("--show", type=int, default=0, help="print so many of the worst per part")
    parser.add_argument("--rules", type=Path, help="a site's rules file")
    parser.add_argument("--only-french", action="store_true", help="leave out what is only beside")
    arguments = parser.parse_args()
    site = arguments.rules.read_text(encoding="utf-8") if arguments.rules else None
    book = load(default_rules(), site)
    print(f"rules {book.version}\n\nHarmless French (the measure)")
    total, verdicts, rules = measure(book, arguments.folder, HARMLESS_FRENCH, arguments.show)
    if not arguments.only_french:
        print("\nHarmless, beside the measure")
        measure(book, arguments.folder, BESIDE, arguments.show)
        print("\nToxic by label (recall, for information)")
        measure(book, arguments.folder, TO_FIND, 0)
    acted = verdicts[Verdict.HOLD] + verdicts[Verdict.REFUSE]
    good = (
        acted <= HOLD_AT_MOST * total
        and verdicts[Verdict.REFUSE] <= REFUSE_AT_MOST * total
        and rules["defamation"] <= DEFAMATION_AT_MOST * total
    )
    print("\nwithin the limits" if good else "\nBEYOND THE LIMITS")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
