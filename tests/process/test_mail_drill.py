"""The mail drill, small: a worker is killed twice, and each reader gets the one mail."""

import importlib.util
from pathlib import Path

import pytest

DRILL = Path(__file__).parents[2] / "benchmarks/mail_drill.py"


@pytest.mark.process
def test_kills_lose_no_mail_and_leaving_holds(tmp_path: Path):
    spec = importlib.util.spec_from_file_location("mail_drill", DRILL)
    assert spec is not None
    assert spec.loader is not None
    drill = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drill)
    assert drill.run(tmp_path, count=100, kills=2, leave=8, seed=3) == []
