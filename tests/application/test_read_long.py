"""A long text: what models are asked to read of it, and what is said of that."""

import pytest

from palabre.application.read_long import READ_IN_PARTS, ReadLong
from palabre.domain.decision import Decision, Evidence, Span, Verdict
from palabre.moderation.facts import Facts

MARK = "idiot"


class Reader:
    """A judge that holds what has the mark in it, and remembers what it was given."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, text: str, _facts: Facts) -> Decision:
        self.read.append(text)
        at = text.find(MARK)
        found = Evidence(
            symbol="m", score=0.9, detector="m", version="1", spans=(Span(at, at + len(MARK)),)
        )
        return Decision(
            verdict=Verdict.PUBLISH if at < 0 else Verdict.HOLD,
            rules=() if at < 0 else ("insult",),
            rules_version="1",
            evidence=() if at < 0 else (found,),
            scores={"insult": 0.0 if at < 0 else 0.9},
        )


def plain(text: str, facts: Facts) -> Decision:
    return Decision(verdict=Verdict.PUBLISH, rules=(), rules_version="1", lang=facts.lang)


def reading(reader: Reader, *, whole: int, looks: bool = True) -> ReadLong:
    suspicion = (lambda passage, _lang: float(MARK in passage)) if looks else None
    return ReadLong(judge=reader, by_rules=plain, whole=whole, suspicion=suspicion)


@pytest.mark.parametrize("whole", [200, 1000, 2000])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.83, 0.98])
@pytest.mark.parametrize("gap", [" ", ""])
def test_what_is_hidden_in_a_long_text_is_found_with_its_place(whole, share, gap):
    words = ("mot" + gap) * (20_000 // len("mot" + gap))
    at = int(len(words) * share) // 4 * 4
    text = f"{words[:at]}{MARK} {words[at:]}"
    reader = Reader()
    said = reading(reader, whole=whole)(text, Facts(lang="fr"))
    assert (said.verdict, said.rules, said.scores) == (Verdict.HOLD, ("insult",), {"insult": 0.9})
    mark, told = said.evidence
    assert text[slice(*mark.spans[0])] == MARK
    assert told.symbol == READ_IN_PARTS
    assert [text[slice(*span)] for span in told.spans] == reader.read
    assert sum(map(len, reader.read)) <= whole + 180
    assert list(told.spans) == sorted(told.spans)


def test_without_a_quick_look_beginning_and_end_are_read():
    reader = Reader()
    text = "un mot " * 1000
    said = reading(reader, whole=1000, looks=False)(text, Facts(lang="fr"))
    assert text.startswith(reader.read[0])
    assert text.endswith(reader.read[1])
    assert len(reader.read) == len(said.evidence[-1].spans) == 2


def test_up_to_the_limit_a_text_is_read_whole():
    reader = Reader()
    text = "a" * 200
    assert reading(reader, whole=200)(text, Facts()).evidence == ()
    assert reader.read == [text]
