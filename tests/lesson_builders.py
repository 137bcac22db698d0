"""What learning tests are made of."""

from builders import NOON
from palabre.application.lesson_ports import KeptLayer


def a_layer(number: int = 1, **change) -> KeptLayer:
    """Return a layer as the store keeps it."""
    values = {
        "site_id": "le-journal",
        "number": number,
        "made_at": NOON,
        "decisions": 50,
        "report": '{"better": true}',
        "packed": b"\x00layer",
    }
    return KeptLayer(**{**values, **change})
