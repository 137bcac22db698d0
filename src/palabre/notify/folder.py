"""Mail as files in a folder: for trying things out, and for the demonstration."""

import os
from email.message import EmailMessage
from pathlib import Path

from palabre.notify.transport import Unreachable


class FolderTransport:
    """One ``.eml`` file a mail; the same mail sent again takes its own place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> None:
        """Make the folder."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unreachable(type(error).__name__) from error

    def send(self, message: EmailMessage, *, sender: str, to: str, name: str) -> None:
        """Write the mail under its identifier, whole or not at all."""
        del sender, to
        part = self._folder / f".{name}.part"
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(handle, "wb") as file:  # noqa: PTH123 -- a descriptor, not a path
                file.write(message.as_bytes())
            part.replace(self._folder / f"{name}.eml")
        except OSError as error:
            raise Unreachable(type(error).__name__) from error

    def close(self) -> None:
        """Leave nothing behind: there is nothing."""
