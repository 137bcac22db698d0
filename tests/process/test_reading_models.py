"""A served house with models: read before the answer, held with a reason, shared by its workers."""

import httpx
import pytest

from moderation.tiny_models import write_models
from serving import ORIGIN, palabre, serving


@pytest.mark.process
def test_workers_read_with_the_models_of_the_settings(tmp_path):
    write_models(tmp_path / "models")
    palabre(tmp_path, "init", "--origin", ORIGIN)
    full = {"PALABRE_JUDGE_DEPTH": "full", "PALABRE_JUDGE_MODELS": "models"}
    with serving(tmp_path, workers=2, **full) as address:

        def post(text):
            body = {"url": f"{ORIGIN}/a", "text": text, "lang": "fr"}
            answer = httpx.post(
                f"{address}/api/v1/comments", json=body, headers={"Origin": ORIGIN}, timeout=30
            )
            assert answer.status_code == 201, answer.text
            return answer.json()

        for number in range(4):
            assert post(f"un bon article, numéro {number}")["status"] == "published"
            held = post(f"vous gredin, numéro {number}")
            assert held["status"] == "held"
            assert "modèle de lecture automatique" in str(held)
