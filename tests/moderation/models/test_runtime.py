"""The library that runs the models tells nobody of it, and forked workers may go on with them."""

import os
import subprocess
import sys

from moderation.tiny_models import write_encoder
from palabre.moderation.models.encoder import load_encoder

READ = """
import os, sys
from pathlib import Path
import numpy, tokenizers
threads = len(os.listdir("/proc/self/task"))
from palabre.moderation.models.encoder import load_encoder
load_encoder(Path(sys.argv[1])).read("un bon article", "fr")
links = (f"/proc/self/fd/{f}" for f in os.listdir("/proc/self/fd"))
sockets = [link for link in links if os.path.exists(link) and "socket" in os.readlink(link)]
print(len(os.listdir("/proc/self/task")) - threads, len(sockets))
"""


def test_reading_writes_no_file_starts_no_thread_and_opens_no_socket(tmp_path):
    write_encoder(tmp_path / "encoder")
    home = tmp_path / "home"
    home.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "ORT_"))}
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path / "encoder")],
        env=environment | {"HOME": str(home)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["0", "0"]
    assert list(home.rglob("*")) == []


def test_a_forked_worker_reads_as_its_parent_does(tmp_path):
    write_encoder(tmp_path / "encoder")
    encoder = load_encoder(tmp_path / "encoder")
    before = encoder.read("vous gredin", "fr")
    read, write = os.pipe()
    if (pid := os.fork()) == 0:
        said = encoder.read("un bon article", "fr") != before == encoder.read("vous gredin", "fr")
        os.write(write, b"same" if said else b"other")
        os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(read, 9) == b"same"
    os.close(read)
    os.close(write)
