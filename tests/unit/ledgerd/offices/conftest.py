"""Keys are made once a run; the ledger is new for each test."""

import pytest

from ledgerd.keys.keyring import KeyRing
from tests.unit.ledgerd.offices.town import Town, make_rings


@pytest.fixture(scope="session")
def rings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, KeyRing]:
    return make_rings(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def town(rings: dict[str, KeyRing]) -> Town:
    return Town(rings)
