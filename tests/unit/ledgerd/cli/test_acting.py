"""What is signed here is what was asked for."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from ledgerd.chain.genesis import genesis_hash
from ledgerd.chain.transaction import (
    AccountAuthor,
    InstitutionAuthor,
    Transaction,
    decode_transaction,
    verify_authorisation,
)
from ledgerd.cli.acting import sign_checked
from ledgerd.cli.homes import Home
from ledgerd.cli.performing import new_ref
from ledgerd.cli.testnet.layout import places
from ledgerd.cli.testnet.making import make_network
from ledgerd.cli.wallet import new_wallet
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.keys.roles import OperatorRole
from ledgerd.primitives.canonical import encode


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder: Path = tmp_path_factory.mktemp("acting") / "net"
    make_network(folder, places(4), 1_700_000_000_000)
    return Home(folder / "hospital")


def composed(home: Home) -> Transaction:
    return Transaction(
        chain_id=genesis_hash(home.genesis),
        author=InstitutionAuthor(home.institution),
        public_key=home.keys.signer(OperatorRole.CLERK).public_key,
        valid_until_ms=1,
        operations=(b"\x00",),
    )


def test_what_was_asked_for_is_signed(home: Home) -> None:
    signer = home.keys.signer(OperatorRole.CLERK)
    author = InstitutionAuthor(home.institution)

    signed = sign_checked(encode(composed(home)).hex(), home, author, signer)

    read = decode_transaction(signed)
    verify_authorisation(read)
    assert read.transaction == composed(home)


@pytest.mark.parametrize(
    "changes",
    [
        {"chain_id": b"\x00" * 32},
        {"author": InstitutionAuthor("129900002000000014")},
        {"author": AccountAuthor(b"\x00" * 16)},
        {"public_key": b"\x00" * 32},
    ],
)
def test_something_else_is_not_signed(home: Home, changes: dict[str, object]) -> None:
    other = replace(composed(home), **changes)
    signer = home.keys.signer(OperatorRole.CLERK)

    with pytest.raises(VerificationFailed):
        sign_checked(encode(other).hex(), home, InstitutionAuthor(home.institution), signer)


def test_bytes_that_are_no_transaction_are_not_signed(home: Home) -> None:
    author = AccountAuthor(b"\x01" * 16)

    with pytest.raises(DecodeError):
        sign_checked("00", home, author, new_wallet())


def test_a_new_ref_is_new_each_time() -> None:
    assert new_ref("bill_issue") != new_ref("bill_issue")


def test_siblings_act_for_each_other_only_inside_a_network(home: Home, tmp_path: Path) -> None:
    insurer = places(4)[3].institution

    assert home.home_of(insurer).path.name == "insurer"
    assert {each.path.name for each in home.siblings()} == {p.name for p in places(4)}
    assert Home(tmp_path).siblings() == (Home(tmp_path),)
