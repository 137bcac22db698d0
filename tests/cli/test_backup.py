"""Back up, restore and upgrade as an operator would."""

import os
import sqlite3
import stat
import tarfile
from pathlib import Path

import pytest

from builders import a_site, a_stored, keep, open_thread
from palabre.storage.schema import EXPECTED, REVISIONS
from palabre.storage.store import SqlStore


def say(folder: Path, text: str = "Bonjour.") -> None:
    store = SqlStore(f"sqlite:///{folder / 'palabre.db'}", durability="process")
    keep(store, a_stored(open_thread(store, site=a_site()), text=text))
    store.close()


def set_revision(folder: Path, revision: str) -> None:
    connection = sqlite3.connect(folder / "palabre.db")
    connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.commit()
    connection.close()


def test_there_and_back(palabre, tmp_path):
    palabre("init", "--name", "Le Matin")
    say(tmp_path)
    done = palabre("backup", "b.tar.gz")
    assert done.returncode == 0, done.stderr
    assert b"1 comments in 1 threads" in done.stdout
    assert stat.S_IMODE((tmp_path / "b.tar.gz").stat().st_mode) == 0o600
    refused = palabre("restore", "b.tar.gz")
    assert refused.returncode == 1
    assert "nothing was changed" in refused.stderr.decode()
    assert "--force" in refused.stderr.decode()
    done = palabre("restore", "b.tar.gz", "--force")
    assert done.returncode == 0, done.stderr
    assert b"palabre.db.before-" in done.stdout
    assert palabre("doctor").returncode == 0


def test_a_new_machine_needs_the_backup_alone(palabre, tmp_path):
    palabre("init", "--name", "Le Matin")
    (tmp_path / "house-rules.toml").write_text("[rules.profanity]\nenabled = false\n")
    say(tmp_path)
    palabre("backup", "b.tar.gz")
    new = tmp_path / "new"
    new.mkdir()
    os.link(tmp_path / "b.tar.gz", new / "b.tar.gz")
    done = palabre("--config", "new/palabre.toml", "restore", "b.tar.gz")
    assert done.returncode == 0, done.stderr
    assert "a new secret key" in done.stdout.decode()
    assert "Le Matin" in (new / "palabre.toml").read_text()
    assert "profanity" in (new / "house-rules.toml").read_text()
    assert (new / "palabre.secret").read_text() != (tmp_path / "palabre.secret").read_text()
    assert palabre("--config", "new/palabre.toml", "doctor").returncode == 0


def test_no_secret_travels(palabre, tmp_path):
    palabre("init")
    settings = tmp_path / "palabre.toml"
    key, password = "k" * 43, "s3cret-of-the-database"
    text = settings.read_text().replace("[server]", f'[server]\nsecret_key = "{key}"', 1)
    text += f"# postgresql+psycopg://palabre:{password}@db.example/palabre\n"
    settings.write_text(text)
    assert palabre("backup", "b.tar.gz").returncode == 0
    with tarfile.open(tmp_path / "b.tar.gz") as tar:
        kept = tar.extractfile("palabre.toml").read().decode()
        assert "palabre.secret" not in tar.getnames()
    assert key not in kept
    assert password not in kept
    assert 'secret_key = ""' in kept
    assert "postgresql+psycopg://palabre@db.example" in kept


def test_a_folder_gets_dated_names_and_keeps_the_newest(palabre, tmp_path):
    palabre("init")
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in range(1, 5):
        (folder / f"palabre-2020010{day}T000000Z.tar.gz").write_text("old")
    (folder / "palabre-notes.tar.gz").write_text("not ours")
    done = palabre("backup", "backups", "--keep", "2")
    assert done.returncode == 0, done.stderr
    names = sorted(p.name for p in folder.iterdir())
    assert len(names) == 3
    assert names[0] == "palabre-20200104T000000Z.tar.gz"
    assert names[2] == "palabre-notes.tar.gz"
    assert palabre("backup", "b.tar.gz", "--keep", "2").returncode == 2


def test_what_backup_refuses(palabre, tmp_path):
    assert palabre("backup", "b.tar.gz").returncode == 1  # no settings
    palabre("init")
    (tmp_path / "b.tar.gz").write_text("mine")
    done = palabre("backup", "b.tar.gz")
    assert (done.returncode, b"is there already" in done.stderr) == (1, True)
    assert palabre("backup", "no/such/folder.tar.gz").returncode == 1
    assert palabre("backup").returncode == 2
    (tmp_path / "palabre.db").write_bytes(b"x" * 8192)
    done = palabre("backup", "c.tar.gz")
    assert done.returncode == 1
    assert b"no backup was made" in done.stderr
    assert b"Traceback" not in done.stderr
    assert not (tmp_path / "c.tar.gz").exists()
    assert palabre("restore", "b.tar.gz").returncode == 1
    assert palabre("restore", "nowhere").returncode == 2


def test_upgrade_says_from_and_to(palabre, tmp_path):
    palabre("init")
    assert palabre("upgrade").stdout.decode().strip() == f"schema {EXPECTED}: up to date"
    (tmp_path / "palabre.db").unlink()
    assert palabre("upgrade").stdout.decode().strip() == f"schema made -> {EXPECTED}"
    from palabre.storage.migrate import downgrade

    downgrade(f"sqlite:///{tmp_path / 'palabre.db'}", REVISIONS[-2])
    said = palabre("doctor").stdout.decode()
    assert "palabre upgrade" in said
    assert palabre("upgrade").stdout.decode().strip() == f"schema {REVISIONS[-2]} -> {EXPECTED}"


@pytest.mark.parametrize(
    "command", [["serve"], ["upgrade"], ["moderator", "add", "x", "--generate"]]
)
def test_a_database_of_a_newer_version_is_left_alone(command, palabre, tmp_path):
    palabre("init")
    set_revision(tmp_path, "9999")
    before = (tmp_path / "palabre.db").read_bytes()
    done = palabre(*command)
    assert done.returncode == 1
    said = done.stderr.decode()
    assert "9999" in said
    assert "newer" in said
    assert "palabre restore FILE --force" in said
    assert (tmp_path / "palabre.db").read_bytes() == before
    assert "9999" in palabre("doctor").stdout.decode()
