"""Opening an account for a person: at a hospital or a medicare bureau.

Rules: the account's id is random and says nothing; who it is stands in a sealed record for the
registrar, the enrolling institution and the patient.

Source: domain.md section 1.
"""

from typing import Final

from ledgerd.ledger.claim_operations import EnrolPatient
from ledgerd.offices.acting import Desk, Draft
from ledgerd.offices.documents import enclose
from ledgerd.offices.readers import ReadingRoom
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.wrapping import DeviceReader
from ledgerd.rpc import requests as r
from ledgerd.rpc.answers import Outcome

ACCOUNT_BYTES: Final = 16


class Enrolment:
    """Enrols patients for the institutions of this house."""

    def __init__(self, desk: Desk, room: ReadingRoom) -> None:
        self._desk = desk
        self._room = room

    async def enrol(self, request: r.PatientEnrol) -> Outcome:
        """Open an account with its first device."""

        async def compose(taken: bytes) -> Draft:
            return self._draft(request, taken)

        return await self._desk.act(request, compose)

    def _draft(self, request: r.PatientEnrol, taken: bytes) -> Draft:
        house = self._desk.house
        author = request.author or house.own
        registrar = request.registrar or house.only_bureau()
        account = taken or house.entropy(ACCOUNT_BYTES)
        key, sealing_key = (_bytes(request.patient_key), _bytes(request.patient_seal_key))
        names = dict.fromkeys((author, registrar))
        readers = [self._room.reader(author, name, 0) for name in names]
        person = encode((request.person.name, request.person.identity_number))
        devices = [] if sealing_key is None else [DeviceReader(sealing_key)]
        enclosed = enclose(person, [*readers, *devices], house.entropy)
        operation = EnrolPatient(
            client_ref=request.client_ref,
            account=account,
            registrar=registrar,
            device_key=key,
            sealing_key=sealing_key,
            record=enclosed.document,
        )
        return Draft((operation,), (enclosed.sidecar,), account)


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
