"""What a passage may be, and what comments on one have in common."""

from dataclasses import replace

import pytest

from palabre.domain.errors import Code, Refusal
from palabre.domain.passage import MAX_CONTEXT, MAX_QUOTE, Passage, checked

HERE = Passage(exact="le budget est voté", prefix="Hier, ", suffix=", à une voix.", start=6, end=24)


def test_a_good_passage_is_kept_as_it_is():
    assert checked(HERE) == HERE


def test_line_ends_become_spaces_and_outer_space_goes():
    assert checked(replace(HERE, exact=" le\nbudget\t ")).exact == "le budget"


@pytest.mark.parametrize(
    "changes",
    [
        {"exact": ""},
        {"exact": " .,; "},
        {"exact": "x" * (MAX_QUOTE + 1)},
        {"prefix": "x" * (MAX_CONTEXT + 1)},
        {"suffix": "x" * (MAX_CONTEXT + 1)},
        {"start": 5, "end": 4},
        {"start": -1},
        {"end": 2**31},
        {"end": None},
        {"fragment": ""},
        {"fragment": "x" * 201},
    ],
)
def test_a_bad_one_is_refused_by_its_field(changes: dict[str, object]):
    with pytest.raises(Refusal) as refused:
        checked(replace(HERE, **changes))
    assert (refused.value.code, refused.value.field) == (Code.BAD_FIELD, "anchor")


@pytest.mark.parametrize("word", ["a\x00b", "\ud800"])
def test_what_no_database_keeps_is_refused(word: str):
    with pytest.raises(Refusal) as refused:
        checked(replace(HERE, exact=word))
    assert refused.value.code is Code.UNREADABLE_TEXT


def test_a_key_follows_the_words_and_not_the_place():
    assert replace(HERE, start=90, end=108).key == HERE.key
    assert replace(HERE, suffix=" demain").key != HERE.key
    assert replace(HERE, fragment="figure-1").key != HERE.key
