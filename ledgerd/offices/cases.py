"""The office of alerts and cases.

Rules: what a case is about is sealed to its opener, its parties and whom it was assigned to; the
chain holds commitments to the parties, whose salts stand in the sealed subject. A letter of a case
is a ``CaseLetter``; the subject and what an assignee is handed name the parties.

Source: domain.md section 4.
"""

from collections.abc import Iterable
from typing import Final

from ledgerd.ledger import authors, case_operations as ko, case_queries, days, state_keys
from ledgerd.ledger.case_objects import Case
from ledgerd.offices.acting import Desk, Draft
from ledgerd.offices.documents import Enclosure
from ledgerd.offices.hospital import bill_ref
from ledgerd.offices.letters import INSTITUTION_CHARACTERS, LetterBox
from ledgerd.offices.readers import ReadingRoom
from ledgerd.primitives.canonical import decode, encode
from ledgerd.primitives.identifiers import party_commitment
from ledgerd.rpc import (
    answers_redress as ar,
    queries,
    requests,
    requests_redress as r,
    views_of_cases,
)
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.case_letters import LETTER_BYTES_MAX, CaseLetter, CaseParty
from ledgerd.rpc.codes import RpcCode, RpcFailure

SALT_BYTES: Final = 32
ASSIGNED: Final = "assigned"  # a file for an assignee repeats what was said before


class Cases:
    """For the own institution, those that this node hosts, and patients as parties."""

    def __init__(self, desk: Desk, room: ReadingRoom) -> None:
        self._desk = desk
        self._room = room
        self._letters = LetterBox(desk.house)

    async def raise_alert(self, request: r.AlertRaise) -> Outcome:
        """Write down that a rule fired on bills that the author opens here.

        Raises:
            RpcFailure: UNAUTHORISED, the author cannot read one of the bills; or as every act.
        """
        author = self._author(request)

        async def compose(_: bytes) -> Draft:
            for bill in request.bills:
                await self._room.open_for_request(bill_ref(bill), author, "alert")
            named = ", ".join(f"{bill.code}-{bill.number}" for bill in request.bills)
            letter = self._seal(f"{named}: {request.evidence}", (), (author,))
            operation = ko.RaiseAlert(
                client_ref=request.client_ref,
                date=self._today(),
                rule=request.rule,
                result=ko.AlertClass[request.result.upper()],
                evidence=letter.document,
            )
            return Draft((operation,), (letter.sidecar,))

        return await self._desk.act(request, compose)

    async def open(self, request: r.CaseOpen) -> Outcome:
        """Open a case: commit to its parties and seal the subject to them."""
        author = self._author(request)

        async def compose(_: bytes) -> Draft:
            date = self._today()
            key = state_keys.case_key(
                author, date, authors.ref_of(author.encode("ascii"), request.client_ref)
            )
            names = dict.fromkeys(request.parties)
            parties = tuple(
                CaseParty(party=name, salt=self._desk.house.entropy(SALT_BYTES)) for name in names
            )
            letter = self._seal(request.subject, parties, (author, *names))
            operation = ko.OpenCase(
                client_ref=request.client_ref,
                date=date,
                rule=request.rule,
                alert=None if request.alert is None else bytes.fromhex(request.alert),
                parties=tuple(
                    party_commitment(key, party_bytes(one.party), one.salt) for one in parties
                ),
                subject=letter.document,
                holds=tuple(bill_ref(bill) for bill in request.holds),
            )
            return Draft((operation,), (letter.sidecar,))

        return await self._desk.act(request, compose)

    async def assign(self, request: r.CaseAssign) -> Outcome:
        """Give a case to a reviewer, and its institution what it has to read."""
        author = self._author(request)

        async def compose(_: bytes) -> Draft:
            found = await self._opened(request.case, author)
            told = "\n".join(f"{step}: {letter.text}" for step, letter in found if step != ASSIGNED)
            letter = self._seal(told, found[0][1].parties, (author, request.assignee))
            operation = ko.AssignCase(
                client_ref=request.client_ref,
                case=bytes.fromhex(request.case),
                assignee=request.assignee,
                key=bytes.fromhex(request.key),
                file=letter.document,
            )
            return Draft((operation,), (letter.sidecar,))

        return await self._desk.act(request, compose)

    async def report(self, request: r.CaseReport) -> Outcome:
        """Report a finding to the opener and the parties."""

        async def compose(_: bytes) -> Draft:
            letter = await self._to_all(request.case, self._author(request), request.finding)
            operation = ko.ReportFinding(
                client_ref=request.client_ref,
                case=bytes.fromhex(request.case),
                finding=letter.document,
            )
            return Draft((operation,), (letter.sidecar,))

        return await self._desk.act(request, compose)

    async def appeal(self, request: r.CaseAppeal) -> Outcome:
        """Object as a party: an institution of this house, or a patient whose device signs."""

        async def compose(_: bytes) -> Draft:
            party = request.account or self._author(request)
            salt = request.salt or await self._salt_of(request.case, party)
            opener = case_queries.opener_of(bytes.fromhex(request.case))
            letter = self._seal(request.reasons, (), (party, opener))
            operation = ko.AppealCase(
                client_ref=request.client_ref,
                case=bytes.fromhex(request.case),
                salt=bytes.fromhex(salt),
                reasons=letter.document,
            )
            return Draft((operation,), (letter.sidecar,))

        if request.account is None:
            return await self._desk.act(request, compose)
        return await self._desk.act_of_patient(bytes.fromhex(request.account), request, compose)

    async def review(self, request: r.CaseReview) -> Outcome:
        """Judge an appeal; opener and parties read the opinion."""

        async def compose(_: bytes) -> Draft:
            letter = await self._to_all(request.case, self._author(request), request.opinion)
            operation = ko.ReviewCase(
                client_ref=request.client_ref,
                case=bytes.fromhex(request.case),
                opinion=letter.document,
            )
            return Draft((operation,), (letter.sidecar,))

        return await self._desk.act(request, compose)

    async def close(self, request: r.CaseClose) -> Outcome:
        """Close a case."""
        operation = ko.CloseCase(client_ref=request.client_ref, case=bytes.fromhex(request.case))

        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act(request, compose)

    async def read(self, request: queries.IdRef) -> ar.CaseOpened:
        """Open what the own institution may read of a case."""
        found = await self._opened(request.id, self._desk.house.own)
        parties = {one.party: one.salt for _, letter in found for one in letter.parties}
        return ar.CaseOpened(
            case=request.id,
            letters=tuple(ar.LetterOpened(step=step, text=one.text) for step, one in found),
            parties=tuple(
                ar.PartyOpened(party=party, salt=salt.hex()) for party, salt in parties.items()
            ),
        )

    async def _to_all(self, case: str, author: str, text: str) -> Enclosure:
        """Seal a letter to author, opener and parties."""
        found = await self._opened(case, author)
        parties = [one.party for _, letter in found for one in letter.parties]
        return self._seal(text, (), (author, case_queries.opener_of(bytes.fromhex(case)), *parties))

    async def _salt_of(self, case: str, party: str) -> str:
        """Read an own salt; a patient's device reads its own."""
        if len(party) != INSTITUTION_CHARACTERS:
            text = "the device reads the salt from the subject: name it"
            raise RpcFailure(RpcCode.INVALID_PARAMS, text, field="salt")
        for _, letter in await self._opened(case, party):
            for one in letter.parties:
                if one.party == party:
                    return one.salt.hex()
        raise RpcFailure(RpcCode.UNAUTHORISED, "this institution is no party of the case")

    async def _opened(self, case: str, reader: str) -> list[tuple[str, CaseLetter]]:
        """Open every letter of a case that is sealed to an institution of this house."""
        found: list[tuple[str, CaseLetter]] = []
        for step, document in views_of_cases.letters_of(self._case(case)):
            content = await self._letters.open(document, reader, case)
            if content is not None:
                found.append((step, decode(content, CaseLetter, bytes_max=LETTER_BYTES_MAX)))
        if not found:
            raise RpcFailure(RpcCode.UNAUTHORISED, "nothing of this case is sealed to this reader")
        return found

    def _seal(self, text: str, parties: tuple[CaseParty, ...], readers: Iterable[str]) -> Enclosure:
        return self._letters.seal(encode(CaseLetter(text=text, parties=parties)), readers)

    def _case(self, key: str) -> Case:
        found = case_queries.case_of(self._desk.house.state, bytes.fromhex(key))
        if found is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no case of this id", field="case")
        return found

    def _author(self, request: requests.Act) -> str:
        return request.author or self._desk.house.own

    def _today(self) -> int:
        return days.day_of(self._desk.house.clock.wall_ms())


def party_bytes(name: str) -> bytes:
    """Give the bytes of a party that its commitment binds."""
    if len(name) == INSTITUTION_CHARACTERS:
        return name.encode("ascii")
    return bytes.fromhex(name)
