import pytest

from palabre.moderation.rulebook import default_rules, load


@pytest.fixture(scope="session")
def book():
    return load(default_rules())
