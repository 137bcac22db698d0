"""The audit of the machine: what a sample says of each rule, and which threshold to turn."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOON, a_decision, a_moderator, a_record, a_stored, a_thread, an_id
from palabre.application.audit_ports import Audited
from palabre.application.rule_drift import drift
from palabre.application.rule_quality import quality
from palabre.application.threshold_advice import Dial, advised, seen, turns
from palabre.domain.audit import Answer, Draw, Sampling, draw
from palabre.domain.decision import DecisionRecord, Evidence, Verdict
from palabre.domain.estimate import cohen, fleiss, share, wilson
from palabre.moderation.rule import Rule

PUBLISH, HOLD, REFUSE = Verdict


def a_case(verdict: Verdict, *said: str, rules: tuple[str, ...] = (), part: float = 1.0) -> Audited:
    """Return a draw with answers, each the rule under which somebody refuses, "" to publish."""
    decision_id = an_id()
    drawn = Draw(
        decision_id=decision_id,
        comment_id=an_id(),
        site_id="le-journal",
        section_id=None,
        verdict=verdict,
        rules=rules,
        share=part,
        wanted=len(said),
        drawn_at=NOON,
    )
    answers = tuple(
        Answer(
            decision_id=decision_id,
            moderator_id="ab"[n],
            verdict=REFUSE if rule else PUBLISH,
            rule=rule or None,
            at=NOON,
        )
        for n, rule in enumerate(said)
    )
    return Audited(draw=drawn, answers=answers)


def test_intervals_and_agreement_are_those_of_the_books():
    # Wilson's interval of 8 in 10, as tables have it.
    assert wilson(0.8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    # Cohen's kappa of the table 20, 5, 10, 15: 0.4.
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = cohen(pairs)
    assert found is not None
    assert found.value == pytest.approx(0.4)
    assert found.low < 0.4 < found.high
    # Of two raters Fleiss' kappa is Scott's pi: (0.7 - 0.505) / (1 - 0.505).
    both = fleiss(pairs)
    assert both is not None
    assert both.value == pytest.approx((0.7 - 0.505) / 0.495)
    assert fleiss([("y", "y")] * 9) is None
    assert fleiss([("y",)]) is None
    assert share([]) is None


def test_a_rare_draw_counts_for_all_that_it_stands_for():
    # One in fifty of what was published, all of what was stopped: 1 miss among 4 stands for 50.
    found = quality(
        [
            *(a_case(PUBLISH, "", part=0.02) for _ in range(3)),
            a_case(PUBLISH, "insult", part=0.02),
            *(a_case(HOLD, "insult", rules=("insult",)) for _ in range(6)),
            *(a_case(HOLD, "", rules=("insult",)) for _ in range(4)),
        ]
    )
    assert [each.rule for each in found.rules] == ["insult"]
    rule = found.rules[0]
    assert rule.precision is not None
    assert rule.recall is not None
    assert rule.accuracy is not None
    assert rule.precision.value == pytest.approx(6 / 10)
    assert rule.recall.value == pytest.approx(6 / 56)
    assert rule.accuracy.value == pytest.approx((150 + 6) / 210)
    assert rule.precision.cases == 10
    # Uneven weights are worth fewer cases than their count: the interval is wider.
    even = share([(1, 1)] * 6 + [(1, 0)] * 50)
    assert even is not None
    assert rule.recall.high - rule.recall.low > even.high - even.low


def test_two_who_differ_are_each_half_right_and_their_agreement_is_told():
    cases = [a_case(HOLD, "insult", "", rules=("insult",)), a_case(HOLD, "insult", "insult")]
    found = quality([*cases, a_case(PUBLISH, "", ""), a_case(PUBLISH, "", "")])
    assert found.rules[0].precision is not None
    assert found.rules[0].precision.value == 0.5
    assert found.agreement is not None
    ((first, second, kappa),) = found.pairs
    assert (first, second) == ("a", "b")
    assert kappa.value == pytest.approx(0.5)
    assert quality([]).overall.accuracy is None


def test_what_people_decided_is_never_drawn_twice_and_chance_is_asked_per_verdict():
    record = a_record(a_stored(a_thread()), a_decision(PUBLISH))
    sampling = Sampling(shares={PUBLISH: 0.5}, twice=0.5)
    place = ("le-journal", "sport")
    found = draw(record, place, sampling, lambda: 0.4)
    assert found is not None
    assert (found.wanted, found.share, found.section_id) == (2, 0.5, "sport")
    assert draw(record, place, sampling, lambda: 0.5) is None
    assert draw(replace(record, decision=a_decision(HOLD)), place, sampling, lambda: 0.0) is None


RULE = Rule(id="insult", gravity=1, says={"en": "x"}, watches={"I": 1.0}, hold=0.4)
OTHER = Rule(id="spam", gravity=2, says={"en": "x"}, watches={"S": 1.0}, hold=0.5)


def judged(score: float, *, spam: float = 0.0, day: int = 0) -> DecisionRecord:
    found = [Evidence(symbol="I", score=score, detector="d", version="1")]
    if spam:
        found.append(Evidence(symbol="S", score=spam, detector="d", version="1"))
    held = score >= 0.4 or spam >= 0.5
    made = a_decision(
        HOLD if held else PUBLISH,
        rules=("insult",) if score >= 0.4 else (),
        evidence=tuple(found),
        not_checked=(),
    )
    record = a_record(a_stored(a_thread()), made)
    return replace(record, at=NOON - timedelta(days=day))


def decided(record: DecisionRecord, verdict: Verdict) -> DecisionRecord:
    moved = a_record(a_stored(a_thread()), a_decision(verdict), moderator=a_moderator())
    return replace(moved, comment_id=record.comment_id, revision=record.revision)


def test_advice_is_what_another_threshold_would_have_changed():
    """30 days: 50 held at 0.45 of which people refuse 2, 50 at 0.9, and 20 that spam holds too."""
    mild = [judged(0.45, day=n % 31) for n in range(50)]
    grave = [judged(0.9, day=n % 31) for n in range(50)]
    both = [judged(0.45, spam=0.9) for _ in range(20)]
    people = [decided(r, REFUSE if n < 2 else PUBLISH) for n, r in enumerate(mild)]
    people += [decided(r, REFUSE) for r in grave]
    made = turns([RULE, OTHER], seen([*mild, *grave, *both, *people], []))
    dial = Dial("insult", "", 0.4)
    by_threshold = {turn.to: turn for turn in made[dial]}
    # What lies between 0.40 and 0.46 would not have waited; what spam holds would have.
    turn = by_threshold[0.46]
    assert turn.queue == pytest.approx(-50 / 120)
    assert turn.misses == pytest.approx(2)
    assert turn.cases == 50
    assert 0.42 not in by_threshold  # nothing moves there: nothing is known of it
    assert [(t.dial, t.to) for t in advised(made)] == [(dial, 0.46)]


def test_what_the_audit_found_published_can_lower_a_threshold():
    missed = [judged(0.35, day=n) for n in range(30)]
    held = [judged(0.5) for _ in range(60)]
    audited = []
    for n, record in enumerate(missed[:20]):
        case = a_case(PUBLISH, "insult" if n < 15 else "", part=0.5)
        audited.append(
            Audited(draw=replace(case.draw, decision_id=record.id), answers=case.answers)
        )
    made = turns([RULE], seen([*missed, *held], audited))
    (turn,) = advised(made)
    assert turn.to == 0.34
    assert turn.queue == pytest.approx(30 / 60)
    assert turn.misses == pytest.approx(-30 * 0.75 / (29 / 30))
    # What nobody decided tells nothing.
    assert advised(turns([RULE], seen([*missed, *held], []))) == ()
    assert turns([RULE], []) == {}


def test_a_rule_that_acts_more_than_before_is_marked():
    before = [judged(0.9 if n % 50 == 0 else 0.1, day=20) for n in range(400)]
    lately = [judged(0.9 if n % 5 == 0 else 0.1, day=2) for n in range(200)]
    found = {each.rule: each for each in drift([*before, *lately], NOON)}
    assert found["insult"].is_marked
    assert found["insult"].lately.value == 0.2
    calm = drift([*before, *before[:0], *[replace(r, at=NOON) for r in before]], NOON)
    assert not any(each.is_marked for each in calm)
    assert drift(lately, NOON) == ()
