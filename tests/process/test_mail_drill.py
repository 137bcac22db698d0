"""The mail drill, small; `make campaign` tells ten thousand readers."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]


def test_kills_lose_no_mail_and_leaving_holds():
    done = subprocess.run(
        [
            *(sys.executable, "benchmarks/mail_drill.py", "--count", "100", "--kills", "2"),
            *("--leave", "8", "--seed", "3"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing lost, nothing after leaving" in done.stdout
