"""From nothing to a house that answers: init, doctor, moderator, rules."""

import stat


def test_init_then_doctor(palabre, tmp_path):
    done = palabre("init", "--name", "Le Journal", "--origin", "https://journal.example")
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE((tmp_path / "palabre.secret").stat().st_mode) == 0o600
    done = palabre("doctor")
    assert done.returncode == 0, done.stdout.decode()
    assert "Le Journal (https://journal.example)" in done.stdout.decode()


def test_init_overwrites_nothing(palabre, tmp_path):
    palabre("init")
    secret = (tmp_path / "palabre.secret").read_text()
    assert b"kept as it is" in palabre("init").stdout
    assert (tmp_path / "palabre.secret").read_text() == secret


def test_doctor_says_the_remedy(palabre, tmp_path):
    done = palabre("doctor")
    assert (done.returncode, b"palabre init" in done.stdout) == (1, True)
    palabre("init")
    (tmp_path / "palabre.secret").chmod(0o644)
    (tmp_path / "palabre.db").unlink()
    (tmp_path / "house-rules.toml").write_text("[rules.insult]\nholdd = 1\n")
    done = palabre("doctor")
    said = done.stdout.decode()
    assert done.returncode == 1
    for remedy in ("chmod 600", "house-rules.toml:2", "hold", "palabre serve"):
        assert remedy in said


def test_doctor_finds_a_database_that_is_none(palabre, tmp_path):
    palabre("init")
    (tmp_path / "palabre.db").write_bytes(b"x" * 4096)
    done = palabre("doctor")
    assert done.returncode == 1
    assert "store_failed" in done.stdout.decode()


def test_a_broken_setting_is_one_line_and_no_traceback(palabre, tmp_path):
    palabre("init")
    for arguments in (["serve"], ["moderator", "add", "marie", "--generate"]):
        done = palabre(*arguments, PALABRE_SERVER_PROT="1")
        assert done.returncode == 1
        assert "PALABRE_SERVER_PORT" in done.stderr.decode()
        assert "Traceback" not in done.stderr.decode()


def test_moderator(palabre):
    palabre("init")
    done = palabre("moderator", "add", "Marie", "--generate")
    assert done.returncode == 0
    said = done.stdout.decode()
    assert "marie: account ready" in said
    assert "password: " in said
    short = palabre("moderator", "add", "Paul", text="court\ncourt\n")
    assert short.returncode == 1
    assert "12 characters" in short.stderr.decode()
    assert palabre("moderator", "add", "Paul", "--site", "nulle-part").returncode == 2


def test_rules_check_and_try(palabre, tmp_path):
    done = palabre("rules", "check")
    assert done.returncode == 0
    assert "La rédaction retirera d’office tout commentaire antisémite" in done.stdout.decode()
    (tmp_path / "bad.toml").write_text('[rules.insult]\nhold = "x"\nrefuze = 0.9\n')
    done = palabre("rules", "check", "bad.toml")
    said = done.stderr.decode()
    assert done.returncode == 1
    assert "bad.toml:2" in said
    assert "bad.toml:3" in said
    assert "refuse" in said
    done = palabre("rules", "try", "Espèce de connard !")
    assert "connard" in done.stdout.decode()
    assert done.returncode == 0


def test_help_names_every_command(palabre):
    said = palabre("--help").stdout.decode()
    for command in ("demo", "doctor", "init", "judge", "moderator", "rules", "serve"):
        assert command in said
    assert palabre("nonsense").returncode == 2
