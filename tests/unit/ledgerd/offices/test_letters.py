"""Letters: sealed to readers that they do not name."""

import pytest

from ledgerd.offices.letters import LetterBox
from ledgerd.rpc.codes import RpcCode, RpcFailure
from tests.unit.ledgerd.ledger.world import HOSPITAL, INSURER
from tests.unit.ledgerd.offices.town import Town


async def test_a_reader_opens_a_letter_and_the_audit_log_says_so(town: Town) -> None:
    enclosed = LetterBox(town.hospital.house).seal(b"words", (INSURER, HOSPITAL))
    town.ledger.sidecars[enclosed.document.sidecar.sidecar_hash] = enclosed.sidecar
    before = len(town.insurer.house.audit.openings)

    found = await LetterBox(town.insurer.house).open(enclosed.document, INSURER, "about")

    assert found == b"words"
    assert town.insurer.house.audit.openings[before:] == [(INSURER, "about", "request")]
    assert INSURER.encode() not in enclosed.sidecar


async def test_a_letter_to_somebody_else_opens_nothing(town: Town) -> None:
    enclosed = LetterBox(town.hospital.house).seal(b"words", (HOSPITAL,))
    town.ledger.sidecars[enclosed.document.sidecar.sidecar_hash] = enclosed.sidecar

    assert await LetterBox(town.insurer.house).open(enclosed.document, INSURER, "about") is None


async def test_bytes_that_are_gone_or_others_are_told_apart(town: Town) -> None:
    box = LetterBox(town.hospital.house)
    enclosed, other = box.seal(b"words", (HOSPITAL,)), box.seal(b"others", (HOSPITAL,))
    with pytest.raises(RpcFailure) as gone:
        await box.open(enclosed.document, HOSPITAL, "about")
    town.ledger.sidecars[enclosed.document.sidecar.sidecar_hash] = other.sidecar
    with pytest.raises(RpcFailure) as wrong:
        await box.open(enclosed.document, HOSPITAL, "about")

    assert gone.value.rpc_code is RpcCode.NOT_FOUND
    assert wrong.value.rpc_code is RpcCode.SERVER


async def test_nothing_is_sealed_to_a_reader_without_a_key(town: Town) -> None:
    with pytest.raises(RpcFailure) as refused:
        LetterBox(town.hospital.house).seal(b"words", ("00" * 16,))

    assert refused.value.rpc_code is RpcCode.NOT_FOUND
