"""The medicare bureau's office: settles at the counter, confirms accounts, books reversals.

Rules: tokens on chain are PRF values under a secret of the bureau: from a token nobody learns a
person, and nobody else can make one. Positions of a person's year are used in order, once.

Source: domain.md sections 1 and 5.
"""

from typing import Final

from ledgerd.ledger import state_keys
from ledgerd.ledger.authors import ref_of
from ledgerd.ledger.bill_operations import ReverseSettle, Settle
from ledgerd.ledger.claim_operations import ConfirmPatient
from ledgerd.ledger.days import day_of
from ledgerd.ledger.fields import FundShare, SealedDocument
from ledgerd.offices.acting import Draft
from ledgerd.offices.documents import enclose
from ledgerd.offices.enrolling import Enrolment
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.hashing import Domain, keyed_digest
from ledgerd.rpc import requests as r
from ledgerd.rpc.answers import Outcome
from ledgerd.storage.sealed_store import Entry

POSITIONS: Final = "positions"
COUNTER_BYTES: Final = 24
PERSON_OF_SETTLEMENT: Final = "person-of-settlement"


class Medicare(Enrolment):
    """For the own bureau and for those that this node hosts."""

    async def settle(self, request: r.Settle) -> Outcome:
        """Create a settlement that the hospital's bill will name."""

        async def compose(taken: bytes) -> Draft:
            return self._settlement(request, taken)

        return await self._desk.act(request, compose)

    async def reverse_settlement(self, request: r.SettleReverse) -> Outcome:
        """Take a settlement back, or book the effect of a reversed bill."""

        async def compose(taken: bytes) -> Draft:
            return self._reversal(request, taken)

        return await self._desk.act(request, compose)

    async def confirm(self, request: r.PatientConfirm) -> Outcome:
        """Confirm whose account it is; the identity number leaves this house as a token only."""

        async def compose(_: bytes) -> Draft:
            bureau = request.author or self._desk.house.own
            number = request.identity_number.encode()
            operation = ConfirmPatient(
                client_ref=request.client_ref,
                account=bytes.fromhex(request.account),
                token=keyed_digest(Domain.IDENTITY, self._secret(bureau), b"person|", number),
            )
            return Draft((operation,))

        return await self._desk.act(request, compose)

    def _settlement(self, request: r.Settle, taken: bytes) -> Draft:
        bureau = request.author or self._desk.house.own
        today = day_of(self._desk.house.clock.wall_ms())
        calculation, sidecars = self._calculation(request, bureau)
        place = taken or self._next_position(bureau, request.person_key, today)
        operation = Settle(
            client_ref=request.client_ref,
            date=today,
            hospital=request.hospital,
            total_fen=request.total_fen,
            funds=tuple(FundShare(fund=f.fund, amount_fen=f.amount_fen) for f in request.funds),
            account_fen=request.account_fen,
            hospital_fen=request.hospital_fen,
            position=self._token(bureau, request.person_key, place),
            calculation=calculation,
        )
        ref = ref_of(bureau.encode("ascii"), request.client_ref)
        key = state_keys.settlement_key(bureau, today, ref)
        person = request.person_key.encode("ascii")
        entry: Entry = (PERSON_OF_SETTLEMENT, key)
        return Draft(
            (operation,), sidecars, place, lambda: {entry: person, **self._position_notes(place)}
        )

    def _calculation(
        self, request: r.Settle, bureau: str
    ) -> tuple[SealedDocument | None, tuple[bytes, ...]]:
        if not request.calculation:
            return None, ()
        names = dict.fromkeys((bureau, request.hospital))
        readers = [self._room.reader(bureau, name, 0) for name in names]
        content = encode(request.calculation)
        enclosed = enclose(content, readers, self._desk.house.entropy)
        return enclosed.document, (enclosed.sidecar,)

    def _reversal(self, request: r.SettleReverse, taken: bytes) -> Draft:
        bureau = request.author or self._desk.house.own
        settlement = bytes.fromhex(request.settlement)
        person = self._desk.house.drawer.get(PERSON_OF_SETTLEMENT, settlement)
        # A settlement that the store forgot still gets a position of its own.
        person_key = request.settlement if person is None else person.decode("ascii")
        today = day_of(self._desk.house.clock.wall_ms())
        place = taken or self._next_position(bureau, person_key, today)
        operation = ReverseSettle(
            client_ref=request.client_ref,
            settlement=settlement,
            position=self._token(bureau, person_key, place),
        )
        return Draft((operation,), (), place, lambda: self._position_notes(place))

    def _next_position(self, bureau: str, person_key: str, today: int) -> bytes:
        """Take the next place in a person's year: the year's counter hash and the number."""
        year = today // 10_000
        counter = keyed_digest(
            Domain.IDENTITY, self._secret(bureau), b"counter|", encode((person_key, year))
        )[:COUNTER_BYTES]
        return counter + (self._used(counter) + 1).to_bytes(8, "big")

    def _position_notes(self, place: bytes) -> dict[Entry, bytes | None]:
        """Write the counter on; nothing comes between taking a place and this."""
        counter = place[:COUNTER_BYTES]
        number = max(self._used(counter), int.from_bytes(place[COUNTER_BYTES:], "big"))
        return {(POSITIONS, counter): number.to_bytes(8, "big")}

    def _used(self, counter: bytes) -> int:
        stored = self._desk.house.drawer.get(POSITIONS, counter)
        return 0 if stored is None else int.from_bytes(stored, "big")

    def _token(self, bureau: str, person_key: str, place: bytes) -> bytes:
        content = encode((person_key, place))
        return keyed_digest(Domain.IDENTITY, self._secret(bureau), b"position|", content)

    def _secret(self, bureau: str) -> bytes:
        """Derive the PRF key from the first encryption key: it is kept for ever."""
        first = self._desk.house.encryption_keys(bureau)[0]
        return keyed_digest(Domain.IDENTITY, first.secret, b"prf")
