"""What the linear model reads: the same everywhere, and not put off by a disguise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palabre.moderation.detectors import ngrams


def read(text: str) -> set[int]:
    return set(ngrams.hashed(text)[0].tolist())


def test_the_hash_is_the_one_that_models_were_trained_with() -> None:
    # Whoever changes these figures raises ngrams.VERSION and trains anew.
    assert ngrams.VERSION == 1
    assert ngrams.hashed("ab", 1 << 18)[0].tolist() == PINNED


PINNED = [25350, 36192, 86570, 151005, 172312, 213594, 243046]


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        ("c0nn4rd", "connard"),
        ("COOONNARD", "connard"),
        ("c.o.n.n.a.r.d", "connard"),
        ("c o n n a r d", "connard"),
        ("cоnnаrd", "connard"),
        ("**connard**", "connard"),
        ("élève", "eleve"),
    ],
)
def test_a_disguise_reads_as_what_it_hides(disguised: str, plain: str) -> None:
    assert read(disguised) == read(plain)


def test_words_and_their_order_count() -> None:
    assert read("des gens bien") != read("bien des gens")
    assert read("aimer") & read("aimable")


def test_numbers_keep_their_digits() -> None:
    assert read("1000000") != read("10")
    assert read("covid19") != read("covid")


@pytest.mark.parametrize("text", ["", " \n", "!?…", "\u200b"])
def test_nothing_to_read_gives_nothing(text: str) -> None:
    indices, weights = ngrams.hashed(text)
    assert len(indices) == len(weights) == 0


def test_the_number_of_buckets_is_a_power_of_two() -> None:
    with pytest.raises(ValueError, match="power of two"):
        ngrams.hashed("a", 1000)


@given(st.text(max_size=200))
def test_any_text_falls_in_distinct_buckets_with_weights_of_length_one(text: str) -> None:
    indices, weights = ngrams.hashed(text, 1 << 17)
    assert indices.dtype == np.uint32
    assert weights.dtype == np.float32
    assert np.all(np.diff(indices.astype(np.int64)) > 0)
    assert np.all(indices < 1 << 17)
    assert not len(indices) or np.linalg.norm(weights) == pytest.approx(1.0, abs=1e-4)
