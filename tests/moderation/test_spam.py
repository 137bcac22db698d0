"""The spam judge: what reads like advertising, and the circumstances of a comment."""

import hashlib
import json

import pytest

from palabre.domain.decision import Verdict
from palabre.moderation import spammodel
from palabre.moderation.engine import judge
from palabre.moderation.facts import Facts, Known, Twins
from palabre.moderation.model import UnavailableError
from palabre.moderation.rulebook import default_rules, load

PLAIN = "Le rapport de la Cour des comptes disait la même chose il y a trois ans, sans effet."


@pytest.fixture(scope="module")
def rules():
    return load(default_rules())


def seen(rules, text, **facts):
    decision = judge(text, Facts(**{"lang": "fr", **facts}), rules)
    return decision, {item.symbol: item for item in decision.evidence}


def test_advertising_waits_and_the_sentence_is_shown(rules):
    advert = "Crédit jusqu'à 50 000 € sans justificatif, écrivez à aide24@courrier.example"
    text = f"Merci pour cet article. {advert}"
    decision, found = seen(rules, text)
    assert decision.verdict is Verdict.HOLD
    (span,) = found["spam_text"].spans
    assert text[span.begin : span.end] in text
    assert "écrivez" in text[span.begin : span.end] or "Crédit" in text[span.begin : span.end]


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "Bravo, excellent article !",
        "La source est ici : https://www.insee.fr/fr/statistiques/1234, page 12.",
        "Ma banque m'a refusé un prêt de 5 000 €, merci pour cette enquête.",
        "Les publicités de casino pendant les matchs, on n'en peut plus.",
    ],
)
def test_readers_who_speak_of_it_are_let_through(rules, text):
    assert seen(rules, text)[0].verdict is Verdict.PUBLISH


def test_no_word_of_the_model_refuses_by_itself(rules):
    loud = "<a href='https://casino-bonus.example'>casino</a> " * 3 + "06 12 34 56 78 5000 €"
    assert seen(rules, loud)[1]["spam_text"].score < rules.rule("spam").refuse


@pytest.mark.parametrize(
    ("facts", "symbol"),
    [
        ({"twins": Twins(likeness=0.9, bad=1.0)}, "refused_before"),
        ({"twins": Twins(likeness=0.9, seen=1.0, elsewhere=1.0)}, "near_duplicate"),
        ({"twins": Twins(likeness=0.9, seen=4.0)}, "near_duplicate"),
        ({"author_name": "Serrurier www.cle24.example.com"}, "name_advert"),
        ({"known": (Known("mail", 0.0, 12.0),)}, "bad_reputation"),
        ({"trap": True}, "trap"),
    ],
)
def test_a_circumstance_brings_a_person_to_look(rules, facts, symbol):
    decision, found = seen(rules, PLAIN, **facts)
    assert (decision.verdict, symbol in found) == (Verdict.HOLD, True)


@pytest.mark.parametrize(
    "facts",
    [
        {"twins": Twins(likeness=0.9, seen=1.0)},  # a reader says it again elsewhere
        {"twins": Twins(likeness=0.2, bad=9.0)},  # a few words in common
        {"twins": Twins(likeness=0.9, seen=9.0, good=2.0)},  # moderators let it through
        {"known": (Known("mail", 9.0, 2.0),)},
        {"seconds": 0.4},
        {"author_email": "lea@yopmail.com"},
        {"lang": "en"},
        {"pace": 500.0},
    ],
)
def test_no_single_doubt_does(rules, facts):
    assert seen(rules, PLAIN, **facts)[0].verdict is Verdict.PUBLISH


def test_doubts_add_up(rules):
    decision, _ = seen(rules, PLAIN, seconds=0.4, author_email="xk2847261@yopmail.com", lang="en")
    assert decision.verdict is Verdict.HOLD


def test_another_script_than_the_pages_is_a_doubt(rules):
    text = "Здравствуйте, очень интересная статья, спасибо большое автору"
    assert "other_language" in seen(rules, text)[1]
    assert "other_language" not in seen(rules, text, lang="ru")[1]


def test_what_is_shipped_is_what_the_card_says():
    card = json.loads((spammodel.FOLDER / "card.json").read_text(encoding="utf-8"))
    for name, digest in card["files"].items():
        assert hashlib.sha256((spammodel.FOLDER / name).read_bytes()).hexdigest() == digest
    assert len(spammodel.ordinary_comments()) > 1_500


def test_a_model_that_is_not_there_says_so(tmp_path):
    with pytest.raises(UnavailableError, match="install Palabre anew"):
        spammodel.load_spam_model(tmp_path)


def test_a_missing_model_holds(rules, monkeypatch):
    def broken():
        raise UnavailableError("gone")

    monkeypatch.setattr(spammodel, "shipped", broken)
    decision, _ = seen(rules, PLAIN)
    assert (decision.verdict, decision.not_checked) == (Verdict.HOLD, ("spamtext",))
