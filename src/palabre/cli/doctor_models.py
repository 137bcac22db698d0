"""What ``palabre doctor`` looks at in the models: there, whole, and able to read."""

import time
from importlib import metadata

from palabre.cli.doctor_database import Ill
from palabre.moderation.model import UnavailableError
from palabre.moderation.models.shelf import Shelf, ships_models

_TEXT = "Merci pour cet article, que j'ai lu avec intérêt."


def models_check(shelf: Shelf) -> str:
    """Return the models with their versions and what one reading takes; raise ``Ill``."""
    if shelf.encoder is None and not ships_models():
        return "none; words and patterns judge alone"
    if shelf.missing or shelf.encoder is None:
        raise Ill(f"{' '.join(shelf.missing)}; until then comments are held")
    damaged = shelf.damaged()
    if damaged:
        raise Ill(f"damaged: {', '.join(damaged)} in {shelf.folder}; install Palabre anew")
    wrong = shelf.open()
    if wrong:
        raise Ill(f"{' '.join(wrong)}; install Palabre anew, comments are held until then")
    try:
        begin = time.perf_counter()
        shelf.encoder.read(_TEXT, "fr")
        took = time.perf_counter() - begin
    except UnavailableError as error:
        raise Ill(f"{error}; install Palabre anew, comments are held until then") from error
    names = [f"{m.name} {m.version}" for m in (shelf.encoder, shelf.linear) if m]
    runtime = metadata.version("onnxruntime")
    return f"{', '.join(names)}; a comment in {took * 1000:.0f} ms by onnxruntime {runtime}"
