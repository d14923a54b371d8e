"""The check of a printed bill: code, number, date, amount and check code, genuine or not.

Rules: only nodes of those who read faces answer. A wrong element and an unknown bill get the same
answer after the same steps: a bill that is not here is stood in for by a decoy of the same making,
and the answer leaves at the next stroke of a fixed beat. Five wrong tries a bill and hour, counted
also for bills that do not exist; the count is of fixed size, so bills that share a place share it,
which can only make it stricter. A restart forgets it.

Source: domain.md section 3.
"""

import hmac
from array import array
from typing import Final

import trio

from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.ledger import objects as o, queries
from ledgerd.ledger.fields import BillRef, BillType
from ledgerd.offices.faces import FACE, check_code
from ledgerd.offices.house import House
from ledgerd.offices.readers import ReadingRoom
from ledgerd.primitives import hashing, wrapping
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.sealing import (
    OpenedPart,
    PartLeaf,
    SealedPayload,
    decode_sidecar,
    open_part,
    seal_payload,
)
from ledgerd.rpc import answers_bill as ab, requests_bill as rb
from ledgerd.rpc.codes import RpcCode, RpcFailure

TRIES_MAX: Final = 5
HOUR_MS: Final = 3_600_000
PLACES: Final = 1 << 16  # one hour and one count each: 640 KiB
BEAT_S: Final = 0.1  # opening a face takes a few milliseconds
CHECKERS: Final = ("finance", "hospital", "medicare")
NOT_CONFIRMED: Final = ab.CheckAnswer(result="not_confirmed", state="")
DECOY_LEAVES: Final = 30  # of an outpatient's face
_PATH: Final = "check_code"


class Tries:
    """Wrong tries by bill, in a table of fixed size."""

    def __init__(self, key: bytes, places: int = PLACES) -> None:
        self._key = key
        self._hours = array("q", bytes(8 * places))
        self._counts = array("B", bytes(places))

    def are_used_up(self, ref: BillRef, now_ms: int) -> bool:
        """Say whether a bill has had its wrong tries of this hour."""
        place = self._place(ref)
        is_now = self._hours[place] == now_ms // HOUR_MS
        return is_now and self._counts[place] >= TRIES_MAX

    def add(self, ref: BillRef, now_ms: int) -> None:
        """Count a wrong try."""
        place, hour = self._place(ref), now_ms // HOUR_MS
        if self._hours[place] != hour:
            self._hours[place], self._counts[place] = hour, 0
        self._counts[place] = min(self._counts[place] + 1, TRIES_MAX)

    def _place(self, ref: BillRef) -> int:
        name = (ref.code + ref.number).encode("ascii")
        drawn = hashing.keyed_digest(hashing.Domain.IDENTITY, self._key, name)
        return int.from_bytes(drawn[:8], "big") % len(self._counts)


class CheckDesk:
    """Answers checks for the institutions of this house."""

    def __init__(self, house: House, room: ReadingRoom) -> None:
        self._house = house
        self._room = room
        self._tries = Tries(house.entropy(32))
        self._decoy: SealedPayload | None = None

    async def check(self, request: rb.BillCheck) -> ab.CheckAnswer:
        """Compare five elements with the bill.

        Raises:
            RpcFailure: UNAUTHORISED, nobody here reads faces; RATE_LIMITED, too many wrong tries.
        """
        if self._house.kind_of(self._house.own) not in CHECKERS:
            raise RpcFailure(RpcCode.UNAUTHORISED, "this node reads no faces: ask finance")
        started = trio.current_time()
        ref = BillRef(code=request.code, number=request.number)
        now_ms = self._house.clock.wall_ms()
        is_shut = self._tries.are_used_up(ref, now_ms)
        answer = await self._compared(ref, request)
        if answer == NOT_CONFIRMED and not is_shut:
            self._tries.add(ref, now_ms)
        beats = (trio.current_time() - started) // BEAT_S + 1
        await trio.sleep_until(started + beats * BEAT_S)
        if is_shut:
            text = "too many wrong tries for this bill: try again in an hour"
            raise RpcFailure(RpcCode.RATE_LIMITED, text)
        return answer

    async def _compared(self, ref: BillRef, request: rb.BillCheck) -> ab.CheckAnswer:
        bill = queries.bill_of(self._house.state, ref)
        face = None if bill is None else await self._face(ref)
        shown = self._decoy_face() if face is None else face
        said = _elements(request.date, request.amount_fen, encode(request.check_code))
        held = _elements(
            0 if bill is None else bill.issue_date,
            0 if bill is None else bill.total_fen,
            shown.get(_PATH) or b"",
        )
        is_equal = hmac.compare_digest(said, held)
        if bill is None or face is None or not is_equal:
            return NOT_CONFIRMED
        return ab.CheckAnswer(result="genuine", state=_state(bill))

    async def _face(self, ref: BillRef) -> OpenedPart | None:
        try:
            return (await self._room.open_for_house(ref, "check")).face
        except (RpcFailure, VerificationFailed, DecodeError):
            return None

    def _decoy_face(self) -> OpenedPart:
        """Open what stands in for a bill that is not here."""
        if self._decoy is None:
            self._decoy = _sealed_decoy(self._house)
        sidecar = decode_sidecar(self._decoy.sidecar)
        return open_part(sidecar, FACE, self._decoy.content_keys[0], self._decoy.commitments[0])


def _sealed_decoy(house: House) -> SealedPayload:
    leaves = [PartLeaf(f"decoy/{i:02d}", house.entropy(16)) for i in range(DECOY_LEAVES)]
    leaves.append(PartLeaf(_PATH, encode(check_code(house.entropy(8)))))
    reader = wrapping.DeviceReader(wrapping.encryption_public_key(house.entropy(32)))
    return seal_payload([leaves], [reader], house.entropy)


def _elements(date: int, amount_fen: int, code: bytes) -> bytes:
    return hashing.digest(hashing.Domain.IDENTITY, encode((date, amount_fen, code)))


def _state(bill: o.Bill) -> str:
    if bill.voided is not None:
        return "voided"
    is_taken_back = bill.reversed is not None or bill.bill_type == BillType.RED
    return "reversed" if is_taken_back else "valid"
