"""Where the models lie, and a model that is opened when it is first asked.

A command that judges nothing pays for reading a card and no more. A server opens its models before
it answers (``Shelved.open``), so that no reader waits for it and nothing is read at judge time.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import Final, Generic, Protocol, TypeVar

from palabre.domain.decision import Span
from palabre.moderation.model import FirstLook, Model, Scored, UnavailableError
from palabre.moderation.models.card import Card, LinearCard, read_card

ENCODER: Final = "encoder"
LINEAR: Final = "linear"


class Named(Protocol):
    """What has a name and a version."""

    @property
    def name(self) -> str:
        """The model's name."""
        ...

    @property
    def version(self) -> str:
        """The model's version."""
        ...


M = TypeVar("M", bound=Named)


class Shelved(Generic[M]):
    """A model that is opened once, by whoever comes first; one that cannot be says so each time."""

    def __init__(self, card: Named, load: Callable[[], M]) -> None:
        self.name: Final = card.name
        self.version: Final = card.version
        self._load = load
        self._lock = Lock()
        self._model: M | None = None
        self._failure: str | None = None

    def open(self) -> M:
        """Return the model, reading its files the first time; raise ``UnavailableError``."""
        if self._model is None:
            with self._lock:
                if self._failure is not None:
                    raise UnavailableError(self._failure)
                if self._model is None:
                    try:
                        self._model = self._load()
                    except Exception as error:
                        self._failure = str(error) or repr(error)
                        raise
        return self._model


class ShelvedModel(Shelved[Model]):
    """A ``Model`` on the shelf."""

    def read(self, text: str, lang: str | None) -> Scored:
        """Return the scores of a text."""
        return self.open().read(text, lang)

    def locate(
        self, text: str, lang: str | None, names: Sequence[str]
    ) -> Mapping[str, tuple[Span, ...]]:
        """Return the passages that carry scores."""
        return self.open().locate(text, lang, names)


class ShelvedFirstLook(Shelved[FirstLook]):
    """A ``FirstLook`` on the shelf."""

    def settle(self, folded: str, lang: str | None) -> Mapping[str, float] | None:
        """Return the scores of a text that is plainly harmless, else None."""
        return self.open().settle(folded, lang)


def shipped_folder() -> Path:
    """Return the folder of the models that come with Palabre."""
    return Path(str(resources.files("palabre.moderation"))) / "models"


def shelved_encoder(folder: Path | None = None, *, threads: int = 1) -> ShelvedModel:
    """Return the encoder of a folder of models; raise ``UnavailableError`` when it has no card."""
    where = (folder or shipped_folder()) / ENCODER

    def load() -> Model:
        from palabre.moderation.models.encoder import load_encoder  # noqa: PLC0415 -- costs 0.2 s

        return load_encoder(where, threads=threads)

    return ShelvedModel(read_card(where, Card), load)


def shelved_linear(folder: Path | None = None) -> ShelvedFirstLook:
    """Return the linear model of a folder of models; raise ``UnavailableError`` without a card."""
    where = (folder or shipped_folder()) / LINEAR

    def load() -> FirstLook:
        from palabre.moderation.models.linear import load_linear  # noqa: PLC0415 -- imports numpy

        return load_linear(where)

    return ShelvedFirstLook(read_card(where, LinearCard), load)
