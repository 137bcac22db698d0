"""Where the models lie, and models that are opened when they are first asked.

A command that judges nothing pays for reading two cards and no more. A server opens its shelf
before it answers, so that no reader waits for it and nothing is read at judge time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from palabre.domain.decision import Span
from palabre.moderation.model import Scored, UnavailableError
from palabre.moderation.models.card import Card, LinearCard, damaged, read_card

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from palabre.moderation.models.encoder import Encoder
    from palabre.moderation.models.linear import Linear

ENCODER: Final = "encoder"
LINEAR: Final = "linear"
M = TypeVar("M")


class Shelved(Generic[M]):
    """A model that is opened once, by whoever comes first; one that cannot be says so each time."""

    def __init__(self, card: Card, load: Callable[[], M]) -> None:
        self.name: Final = card.name
        self.version: Final = card.version
        self._load = load
        self._lock = Lock()
        self._model: M | None = None
        self._failure: str | None = None

    def open(self) -> M:
        """Return the model, reading its files the first time; raise ``UnavailableError``."""
        if self._model is not None:
            return self._model
        with self._lock:
            if self._failure is not None:
                raise UnavailableError(self._failure)
            if self._model is None:
                try:
                    self._model = self._load()
                except Exception as error:
                    self._failure = str(error) or repr(error)
                    raise UnavailableError(self._failure) from error
            return self._model


class ShelvedEncoder(Shelved["Encoder"]):
    """The encoder on the shelf: a ``Model`` that gives vectors too."""

    def read(self, text: str, lang: str | None) -> Scored:
        """Return the scores of a text."""
        return self.open().read(text, lang)

    def locate(
        self, text: str, lang: str | None, names: Sequence[str]
    ) -> Mapping[str, tuple[Span, ...]]:
        """Return the passages that carry scores."""
        return self.open().locate(text, lang, names)

    def vector(self, text: str) -> "NDArray[np.float32]":
        """Return the vector of a text, of length 1."""
        return self.open().vector(text)


class ShelvedFirstLook(Shelved["Linear"]):
    """The linear model on the shelf: a ``FirstLook``."""

    def settle(self, folded: str, lang: str | None) -> Mapping[str, float] | None:
        """Return the scores of a text that is plainly harmless, else None."""
        return self.open().settle(folded, lang)

    def suspicion(self, folded: str, lang: str | None) -> float:
        """Return the highest of the scores."""
        return self.open().suspicion(folded, lang)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The models of a folder, as far as they are there; ``missing`` says why one is not."""

    folder: Path
    encoder: ShelvedEncoder | None
    linear: ShelvedFirstLook | None
    missing: tuple[str, ...] = ()

    def open(self) -> tuple[str, ...]:
        """Read the files of all models; return what is wrong, in sentences."""
        wrong = list(self.missing)
        for model in (self.encoder, self.linear):
            try:
                if model is not None:
                    model.open()
            except UnavailableError as error:
                wrong.append(str(error))
        return tuple(wrong)

    def damaged(self) -> tuple[str, ...]:
        """Return the files that are not those their cards were written for. Reads them whole."""
        found: list[str] = []
        for name, kind, model in (
            (ENCODER, Card, self.encoder),
            (LINEAR, LinearCard, self.linear),
        ):
            if model is not None:
                folder = self.folder / name
                found += [f"{name}/{file}" for file in damaged(folder, read_card(folder, kind))]
        return tuple(found)


def shipped_folder() -> Path:
    """Return the folder of the models that come with Palabre."""
    return Path(str(resources.files("palabre.moderation"))) / "models"


def ships_models() -> bool:
    """Tell whether models come with this Palabre at all; a damaged one came as well."""
    return (shipped_folder() / ENCODER).is_dir()


def read_shelf(folder: Path | None = None, *, threads: int = 1) -> Shelf:
    """Return the models of a folder, none of them opened yet; ``threads`` is for each run."""
    folder = folder or shipped_folder()
    encoder, linear, missing = None, None, []

    def load_encoder() -> "Encoder":
        from palabre.moderation.models import encoder  # noqa: PLC0415 -- its library costs 0.2 s

        return encoder.load_encoder(folder / ENCODER, threads=threads)

    def load_linear() -> "Linear":
        from palabre.moderation.models import linear  # noqa: PLC0415 -- imports numpy

        return linear.load_linear(folder / LINEAR)

    try:
        encoder = ShelvedEncoder(read_card(folder / ENCODER, Card), load_encoder)
    except UnavailableError as error:
        missing.append(str(error))
    try:
        linear = ShelvedFirstLook(read_card(folder / LINEAR, LinearCard), load_linear)
    except UnavailableError as error:
        missing.append(str(error))
    return Shelf(folder, encoder, linear, tuple(missing))
