"""The real program, run as a newcomer would."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import forked

Run = Callable[..., subprocess.CompletedProcess]


@pytest.fixture
def palabre(tmp_path: Path) -> Run:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PALABRE_")}

    def run(
        *arguments: str, text: str | bytes = b"", **variables: str
    ) -> subprocess.CompletedProcess:
        return forked.run(
            arguments,
            input=text.encode() if isinstance(text, str) else text,
            cwd=tmp_path,
            env=environment | variables,
        )

    return run
