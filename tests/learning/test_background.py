"""The background: made from what may ship, the same each time, and of the encoder that ships."""

import json

import numpy as np
import pytest

from moderation.tiny_models import write_models
from palabre.learning.background import OPEN, make, ordinary
from palabre.moderation.background import read_background
from palabre.moderation.model import UnavailableError
from palabre.moderation.models.shelf import read_shelf, shipped_folder, ships_models


@pytest.fixture
def sources(tmp_path):
    data, texts = tmp_path / "data", tmp_path / "texts"
    for folder in (data / "train", texts / "fr" / "heldback"):
        folder.mkdir(parents=True)

    def write(path, label, value):
        rows = [
            {"text": f"{path.stem} {n} un bon mot", "labels": {label: value if n % 5 else 1}}
            for n in range(60)
        ]
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    for part in OPEN:
        write(data / "train" / part.file, part.label, 0)
    write(texts / "fr" / "a.jsonl", "toxicity", 0)
    write(texts / "fr" / "heldback" / "b.jsonl", "toxicity", 0)
    return data, texts


def test_it_holds_harmless_rows_only_and_nothing_held_back(sources):
    rows = ordinary(*sources)
    assert rows == ordinary(*sources)
    assert all(not any(row.labels.values()) for row in rows)
    assert {row.source.partition("-")[0] for row in rows} == {"a", "open"}


def test_it_is_made_by_the_encoder_beside(sources, tmp_path):
    folder = write_models(tmp_path / "models")
    card = make(folder, *sources)
    assert card.encoder == "tiny@1"
    made = read_background(folder).of("tiny@1")
    assert made.shape[0] == card.texts == len(ordinary(*sources))
    assert np.isfinite(made).all()


def test_without_an_encoder_it_is_not_made(sources, tmp_path):
    with pytest.raises(UnavailableError):
        make(tmp_path, *sources)


def test_the_background_that_ships_is_that_of_the_encoder_that_ships():
    folder = shipped_folder()
    if not ships_models():
        assert not (folder / "background").exists()
        return
    encoder = read_shelf(folder).encoder
    assert len(read_background(folder).of(f"{encoder.name}@{encoder.version}")) >= 500
