"""The backup file: a gzipped tar with a manifest first, and the files that it vouches for.

``tar -xzf`` opens it on any machine, with or without Palabre. Inside lie ``manifest.json``, the
database as one SQLite file (``palabre.db``, whatever database it was taken from) and the house's
own files. Nobody but its owner may read it: it holds readers' mail addresses.
"""

import hashlib
import io
import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "palabre.db"

_CHUNK = 1 << 20
_MAX_MANIFEST = 1 << 20
_DAMAGED = (tarfile.TarError, EOFError, zlib.error, OSError, msgspec.MsgspecError)


class ArchiveError(Exception):
    """A backup cannot be made, believed or used; the message says why, and what to do."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself. ``files`` are SHA-256 by name, ``counts`` rows by table."""

    format: int
    palabre: str
    made_at: datetime
    taken_from: str
    schema: str
    counts: dict[str, int]
    files: dict[str, str]


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pack(target: Path, manifest: Manifest, folder: Path) -> None:
    """Write the files that the manifest names, from ``folder``, to a new file ``target``.

    It appears under its name when it is whole, on the disk and read back; an existing file is
    never replaced.
    """
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # mode 0600
    part = Path(name)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 -- a descriptor, not a path
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as tar:
                _add(tar, MANIFEST, io.BytesIO(msgspec.json.format(msgspec.json.encode(manifest))))
                for entry in manifest.files:
                    with (folder / entry).open("rb") as content:
                        _add(tar, entry, content)
            file.flush()
            os.fsync(file.fileno())
        _read_back(part, manifest)
        try:
            os.link(part, target)
        except FileExistsError:
            raise ArchiveError(f"{target}: is there already; name another file") from None
        settle_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def read_manifest(source: Path) -> Manifest:
    """Return what a backup says of itself."""
    with _opened(source) as tar:
        return _first(tar, source)


def read_file(source: Path, wanted: str) -> bytes | None:
    """Return one of the small files of a backup, checked; None when it has no such file."""
    with _opened(source) as tar:
        manifest = _first(tar, source)
        for name, content in _members(tar) if wanted in manifest.files else ():
            if name == wanted:
                found = content.read()
                if hashlib.sha256(found).hexdigest() != manifest.files[name]:
                    raise ArchiveError(f"{source}: {name} is damaged; take an older backup")
                return found
    return None


def unpack(source: Path, folder: Path) -> Manifest:
    """Write the files of a backup into ``folder`` when each is what the manifest says."""
    with _opened(source) as tar:
        manifest = _first(tar, source)
        missing = set(manifest.files)
        for name, content in _members(tar):
            if name not in missing:
                raise ArchiveError(f"{source}: {name!r} is not in its manifest; not a backup")
            missing.discard(name)
            path = folder / name
            digest = hashlib.sha256()
            with path.open("xb") as file:
                path.chmod(0o600)
                while chunk := content.read(_CHUNK):
                    digest.update(chunk)
                    file.write(chunk)
            if digest.hexdigest() != manifest.files[name]:
                raise ArchiveError(f"{source}: {name} is damaged; take an older backup")
        if missing:
            raise ArchiveError(f"{source}: {', '.join(sorted(missing))} missing; it is cut off")
    return manifest


def settle_folder(folder: Path) -> None:
    """Make new names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_back(part: Path, manifest: Manifest) -> None:
    """Refuse a file that does not say what was written, as a bad disk would have it."""
    found: dict[str, str] = {}
    with _opened(part) as tar:
        if _first(tar, part) != manifest:
            raise ArchiveError(f"{part}: the manifest reads otherwise than it was written")
        for name, content in _members(tar):
            digest = hashlib.sha256()
            while chunk := content.read(_CHUNK):
                digest.update(chunk)
            found[name] = digest.hexdigest()
    if found != manifest.files:
        raise ArchiveError(f"{part}: reads otherwise than it was written; look at the disk")


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    if not source.is_file():
        raise ArchiveError(f"{source}: no such file")
    try:
        with tarfile.open(source, "r|gz") as tar:
            yield tar
    except _DAMAGED as error:
        if isinstance(error, OSError) and not isinstance(error, EOFError) and error.errno:
            raise  # the disk's own complaint, such as no space left
        raise ArchiveError(f"{source}: not a whole backup of Palabre ({error})") from error


def _first(tar: tarfile.TarFile, source: Path) -> Manifest:
    member = tar.next()
    content = tar.extractfile(member) if member and member.name == MANIFEST else None
    if content is None:
        raise ArchiveError(f"{source}: not a backup of Palabre")
    raw = content.read(_MAX_MANIFEST)
    about = msgspec.json.decode(raw)
    if isinstance(about, Mapping) and about.get("format") != FORMAT:
        raise ArchiveError(f"{source}: written by a newer Palabre; install that version to read it")
    manifest = msgspec.json.decode(raw, type=Manifest)
    if any("/" in name or name.startswith(".") for name in manifest.files):
        raise ArchiveError(f"{source}: names a file outside of its own folder; not a backup")
    return manifest


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    while (member := tar.next()) is not None:
        content = tar.extractfile(member) if member.isreg() else None
        if content is None:
            raise tarfile.TarError(f"{member.name!r} is no plain file")
        yield member.name, content


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes]) -> None:
    about = tarfile.TarInfo(name)
    about.size = content.seek(0, io.SEEK_END)
    about.mode = 0o600
    content.seek(0)
    tar.addfile(about, content)
