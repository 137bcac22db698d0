"""What the desk marks in a comment: findings, never the way in which it was read."""

from palabre.domain.decision import Evidence, Span
from palabre.rendering.catalogue import load_catalogues
from palabre.web.desk_view import marked


def test_a_models_passage_is_marked_and_the_parts_it_was_read_in_are_not():
    text = "Quel gredin, vraiment."
    found = [
        Evidence(symbol="model_insult", score=0.9, detector="m", version="1", spans=(Span(5, 11),)),
        Evidence(
            symbol="read_in_parts",
            score=0.0,
            detector="m",
            version="1",
            spans=(Span(0, 12), Span(8, 22)),
        ),
    ]
    shown = marked(text, found, load_catalogues()["fr"])
    assert [(p.text, p.found) for p in shown] == [
        ("Quel ", ""),
        ("gredin", "injure, selon le modèle de lecture"),
        (", vraiment.", ""),
    ]
