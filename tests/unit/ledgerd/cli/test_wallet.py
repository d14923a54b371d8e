"""A patient's device as a file."""

from pathlib import Path

import pytest

from ledgerd.cli.wallet import new_wallet, read_wallet, with_account, write_wallet
from ledgerd.errors import ConfigError
from ledgerd.primitives.passkeys import is_valid_assertion


def test_a_wallet_comes_back_as_it_was_written(tmp_path: Path) -> None:
    wallet = with_account(new_wallet(), "ab" * 16)

    write_wallet(tmp_path / "wallet", wallet)

    assert read_wallet(tmp_path / "wallet") == wallet
    assert (tmp_path / "wallet").stat().st_mode & 0o777 == 0o600


def test_two_devices_have_different_keys() -> None:
    assert new_wallet().public_key != new_wallet().public_key


def test_an_account_keeps_the_keys() -> None:
    wallet = new_wallet()

    assert with_account(wallet, "ab" * 16).public_key == wallet.public_key


def test_a_wallet_does_not_show_its_keys() -> None:
    wallet = new_wallet()

    assert wallet.seed.hex() not in repr(wallet)
    assert repr(wallet) == "Wallet(account='')"


@pytest.mark.parametrize("data", [b"", b"{}", b'{"account":"","signing_seed":"zz"}', b"x" * 9_000])
def test_a_damaged_wallet_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "wallet"
    path.write_bytes(data)
    path.chmod(0o600)

    with pytest.raises(ConfigError):
        read_wallet(path)


def test_a_wallet_that_others_can_read_is_refused(tmp_path: Path) -> None:
    write_wallet(tmp_path / "wallet", new_wallet())
    (tmp_path / "wallet").chmod(0o644)

    with pytest.raises(ConfigError, match="expected 600"):
        read_wallet(tmp_path / "wallet")


def test_a_missing_wallet_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        read_wallet(tmp_path / "nothing")


def test_a_passkey_in_a_file_answers_for_its_relying_party(tmp_path: Path) -> None:
    write_wallet(tmp_path / "wallet", new_wallet("ledger.invalid"))

    device = read_wallet(tmp_path / "wallet")

    assert is_valid_assertion(device.public_key, bytes(32), device.sign(bytes(32)))
    assert device.author == device.account == ""
