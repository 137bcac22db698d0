"""`palabre serve` with mail: the worker beside it, and both gone together."""

import os
import re
import signal
import subprocess
import time
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest

from serving import ORIGIN, palabre, serving

pytestmark = pytest.mark.process

PATIENCE = 90  # seconds, on a machine that does much else


def mails(folder: Path, count: int) -> list[str]:
    """Wait for so many mails and return their texts, the oldest first."""
    end = time.monotonic() + PATIENCE
    while len(found := sorted(folder.glob("*.eml"))) < count:
        assert time.monotonic() < end, f"{len(found)} of {count} mails"
        time.sleep(0.1)
    texts = []
    for file in found:
        body = message_from_bytes(file.read_bytes(), policy=policy.SMTP).get_body(("plain",))
        assert body is not None
        texts.append(body.get_content())
    return texts


def workers(folder: Path) -> list[int]:
    listed = subprocess.run(
        ["pgrep", "-f", f"palabre.cli --config {folder}/palabre.toml worker"],
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(pid) for pid in listed.stdout.split()]


def test_from_a_comment_to_a_mail_and_out_again(tmp_path: Path):
    palabre(tmp_path, "init", "--origin", ORIGIN, "--base-url", "https://comments.example")
    variables = {"PALABRE_SMTP_FOLDER": "mails", "PALABRE_JUDGE_DEPTH": "rules"}
    url = f"{ORIGIN}/article"
    wish = {"email": "zoe@lectrices.example", "notify": "mine"}
    with serving(tmp_path, **variables) as address:
        api = f"{address}/api/v1/comments"
        posted = httpx.post(api, json={"url": url, "text": "Qui paiera ?"} | wish).json()
        assert posted["notify"] == "asked"
        (question,) = mails(tmp_path / "mails", 1)
        path = re.search(r"https://comments\.example(/subscriptions/confirm/\S+)", question)
        assert path is not None
        page = httpx.get(address + path[1]).text
        token = re.search(r'name="form" value="([^"]+)"', page)
        assert token is not None
        own = {"Origin": address}
        said = httpx.post(address + path[1], data={"form": token[1]}, headers=own)
        assert said.status_code == httpx.codes.OK
        answer = {"url": url, "text": "Les communes.", "parent": posted["id"]}
        httpx.post(api, json=answer)
        told = mails(tmp_path / "mails", 2)[1]
        assert "Les communes." in told
        leave = re.search(r"https://comments\.example(/subscriptions/leave/\S+)", told)
        assert leave is not None
        one_click = {"List-Unsubscribe": "One-Click"}
        assert httpx.post(address + leave[1], data=one_click).status_code == httpx.codes.OK
        (worker,) = workers(tmp_path)
        os.kill(worker, signal.SIGKILL)
        # It is started again, and there is one.
        end = time.monotonic() + PATIENCE
        while workers(tmp_path) in ([], [worker]):
            assert time.monotonic() < end
            time.sleep(0.1)
    end = time.monotonic() + PATIENCE
    while workers(tmp_path):
        assert time.monotonic() < end, "the worker outlived its server"
        time.sleep(0.1)
