"""Settings: file and environment, and errors that name the key and the remedy."""

import stat
from pathlib import Path

import pytest

from palabre.cli.settings_file import settings_text
from palabre.settings import SettingsError, load, secret_key, smtp_password
from palabre.wiring_advisers import advisers_of
from palabre.wiring_law import webhooks_of


def file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "palabre.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults():
    settings = load(None, {})
    assert settings.server.port == 8000
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.limits.enabled


def test_the_environment_wins(tmp_path):
    path = file(tmp_path, "[server]\nport = 81\n[limits]\nenabled = true\n")
    settings = load(
        path,
        {
            "PALABRE_LIMITS_ENABLED": "false",
            "PALABRE_SERVER_TRUSTED_PROXIES": "10.0.0.0/8, ::1/128",
            "PALABRE_CONFIG": str(path),
            "OTHER": "x",
        },
    )
    assert settings.server.port == 81
    assert not settings.limits.enabled
    assert settings.server.trusted_proxies == ["10.0.0.0/8", "::1/128"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[serveur]\n", "'server'"),
        ("[server]\nprot = 1\n", "'port'"),
        ("[server]\nport = 'x'\n", "$.server.port"),
        ("[server]\ntimezone = 'Paris'\n", "Europe/Paris"),
        ("[server]\ntrusted_proxies = ['10.0.0.300']\n", "trusted_proxies"),
        ("[server]\ntrusted_proxies = ['*']\n", "'10.0.0.0/8'"),
        ("[server]\nmetrics_from = ['all']\n", "metrics_from"),
        ("[database]\ndurability = 'x'\n", "'power' or 'process'"),
        ("[comments]\nproof_tries = 9\n", "proof_tries must be 10 to 20000"),
        ("[comments]\nproof_tries = 20001\n", "fewer stop nobody"),
        ("[log]\nlevel = 'x'\n", "[log] level"),
        ("[[sites]]\nname = 'x'\n", "id"),
        ("[[sites]]\nid = 'x'\nname = 'x'\norigins = ['example.org']\n", "https://example.org"),
        ("[[sites]]\nid = 'x'\nname = 'x'\norigin = 'x'\n", "'origins'"),
        ("server = 1\n", "[server]"),
        ("sites = 1\n", "[sites]"),
        ("[server\n", "not valid TOML"),
    ],
)
def test_a_mistake_names_the_key_and_what_to_do(tmp_path, text, named):
    with pytest.raises(SettingsError) as wrong:
        load(file(tmp_path, text), {})
    assert named in str(wrong.value)
    assert "palabre.toml" in str(wrong.value)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("PALABRE_LIMIT_ENABLED", "PALABRE_LIMITS_ENABLED"),
        ("PALABRE_SERVER_PROT", "PALABRE_SERVER_PORT"),
    ],
)
def test_a_misspelt_variable_is_an_error(name, nearest):
    with pytest.raises(SettingsError, match=nearest):
        load(None, {name: "1"})


def test_a_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(SettingsError, match="palabre init"):
        load(tmp_path / "none.toml", {})


def test_the_written_file_is_read_back_with_all_defaults(tmp_path):
    site = {"id": "x", "name": 'Le "Journal" \\ fils', "lang": "fr", "origins": ["https://a.org"]}
    settings = load(file(tmp_path, settings_text(site, rules_file="")), {})
    assert settings.sites[0].name == site["name"]
    default = load(None, {})
    assert (settings.server, settings.database, settings.limits) == (
        default.server,
        default.database,
        default.limits,
    )


def test_the_secret_key(tmp_path):
    settings = load(None, {})
    with pytest.raises(SettingsError, match="palabre init"):
        secret_key(settings, tmp_path)
    key = tmp_path / "palabre.secret"
    key.write_text("s3cret\n")
    key.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600") as wrong:
        secret_key(settings, tmp_path)
    assert "s3cret" not in str(wrong.value)
    key.chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert secret_key(settings, tmp_path) == b"s3cret"
    key.write_text("")
    with pytest.raises(SettingsError, match="empty"):
        secret_key(settings, tmp_path)
    assert secret_key(load(None, {"PALABRE_SERVER_SECRET_KEY": "e"}), tmp_path) == b"e"


@pytest.mark.parametrize(
    ("variables", "setting", "read"),
    [
        (
            {"SMTP_PASSWORD_FILE": "none"},
            "[smtp] password_file",
            smtp_password,
        ),
        (
            {"WEBHOOKS_SECRET_FILE": "none"},
            "[webhooks] secret_file",
            lambda settings, folder: webhooks_of(settings, folder, None, None),
        ),
        (
            {"ADVISERS_AKISMET_URL": "https://a.example", "ADVISERS_AKISMET_KEY_FILE": "none"},
            "[advisers] akismet_key_file",
            lambda settings, folder: advisers_of(settings, folder, None),
        ),
    ],
)
def test_a_missing_secret_file_is_named_with_its_setting(tmp_path, variables, setting, read):
    settings = load(None, {f"PALABRE_{name}": value for name, value in variables.items()})
    with pytest.raises(SettingsError) as wrong:
        read(settings, tmp_path)
    assert str(wrong.value) == f"{setting}: {tmp_path / 'none'}: no such file"
