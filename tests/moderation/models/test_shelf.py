"""Models on the shelf: opened once, by whoever comes first, and honest about what is missing."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from moderation.model_conformance import check_model
from moderation.tiny_models import write_encoder, write_models
from palabre.moderation.model import UnavailableError
from palabre.moderation.models.shelf import read_shelf


def test_nothing_is_opened_before_it_is_asked(tmp_path):
    shelf = read_shelf(write_models(tmp_path))
    (tmp_path / "encoder" / "encoder.onnx").unlink()
    assert (shelf.encoder.name, shelf.encoder.version) == ("tiny", "1")
    with pytest.raises(UnavailableError):
        shelf.encoder.read("gredin", "fr")


def test_threads_that_come_at_once_open_it_once(tmp_path, monkeypatch):
    shelf = read_shelf(write_models(tmp_path))
    opened = []
    load = shelf.encoder._load
    monkeypatch.setattr(shelf.encoder, "_load", lambda: (opened.append(1), load())[1])
    with ThreadPoolExecutor(4) as threads:
        said = list(threads.map(lambda _: shelf.encoder.read("gredin", "fr"), range(8)))
    assert len(opened) == 1
    assert len({repr(scored) for scored in said}) == 1


def test_the_encoder_on_the_shelf_conforms(tmp_path, monkeypatch):
    monkeypatch.setattr("palabre.moderation.models.encoder._WINDOWS_AT_MOST", 10_000)
    check_model(read_shelf(write_models(tmp_path)).encoder)


def test_opening_says_what_is_wrong(tmp_path):
    assert read_shelf(write_models(tmp_path / "whole")).open() == ()
    empty = read_shelf(tmp_path / "empty")
    assert len(empty.open()) == 2
    assert empty.encoder is None
    write_encoder(tmp_path / "half" / "encoder")
    (tmp_path / "half" / "encoder" / "tokenizer.json").write_text("{}")
    wrong = read_shelf(tmp_path / "half")
    assert len(wrong.open()) == 2
    assert wrong.open() == wrong.open()


def test_files_are_held_against_the_card(tmp_path):
    write_models(tmp_path / "plain")
    graph = (tmp_path / "plain" / "encoder" / "encoder.onnx").read_bytes()
    files = {"encoder.onnx": hashlib.sha256(graph).hexdigest()}
    shelf = read_shelf(write_models(tmp_path / "sealed", encoder={"files": files}))
    assert shelf.damaged() == ()
    (tmp_path / "sealed" / "encoder" / "encoder.onnx").write_bytes(graph + b"\0")
    assert shelf.damaged() == ("encoder/encoder.onnx",)
