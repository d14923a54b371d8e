"""Entries of the outbox, sealed."""

from ledgerd.chain.transaction import (
    AccountAuthor,
    InstitutionAuthor,
    Transaction,
    decode_transaction,
    transaction_id,
)
from ledgerd.offices.drawer import Drawer
from ledgerd.offices.outbox import Outbox, OutboxEntry, author_bytes, entry_name
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.signatures import Ed25519Signer
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.sealed_store import SealedStore
from tests.unit.ledgerd.offices.town import CHAIN_ID

SIGNER = Ed25519Signer(bytes(32))
AUTHOR = InstitutionAuthor("12330000000000001C")


def entry() -> OutboxEntry:
    body = encode(
        Transaction(
            chain_id=CHAIN_ID,
            author=AUTHOR,
            public_key=SIGNER.public_key,
            valid_until_ms=1,
            operations=(b"\x90",),
        )
    )
    return OutboxEntry(
        request=bytes(32),
        body=body,
        authorisation=SIGNER.sign(transaction_id(body)),
        sidecars=(b"sidecar",),
        valid_until_ms=1,
        taken=b"7",
    )


def drawer() -> Drawer:
    return Drawer(SealedStore(MemoryStore(), bytes(32)))


async def test_an_entry_is_found_under_author_and_ref() -> None:
    kept = drawer()
    await kept.write(lambda: {entry_name(AUTHOR, "ref"): encode(entry())})

    assert Outbox(kept).find(AUTHOR, "ref") == entry()
    assert Outbox(kept).find(AUTHOR, "other") is None
    assert Outbox(kept).find(AccountAuthor(bytes(16)), "ref") is None


async def test_a_refused_entry_keeps_only_what_was_taken() -> None:
    kept = drawer()

    await Outbox(kept).mark_refused(AUTHOR, "ref", entry())

    found = Outbox(kept).find(AUTHOR, "ref")
    assert found is not None
    assert (found.is_refused, found.taken, found.sidecars) == (True, b"7", ())


def test_the_signed_bytes_are_the_transaction() -> None:
    read = decode_transaction(entry().signed)

    assert read.transaction_id == entry().tx_id
    assert read.authorisation == entry().authorisation


def test_an_author_is_18_or_16_bytes() -> None:
    assert len(author_bytes(AUTHOR)) == 18
    assert len(author_bytes(AccountAuthor(bytes(16)))) == 16


def test_nothing_of_an_entry_is_shown_by_accident() -> None:
    assert "sidecar" not in repr(entry())
