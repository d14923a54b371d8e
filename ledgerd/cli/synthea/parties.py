"""Who takes part in an import: institutions admitted, numbers allotted, patients enrolled.

Rules: everything here is done once and found again by its ``client_ref``; ids of institutions are
made from the ids of the data set, so a second run finds the same ones. They are valid credit codes
of a region that does not exist (99): none can be taken for a real institution's. Keys are made
before anything is said about them and kept on the host's home; a patient's device is a wallet file
beside the homes.
"""

from collections.abc import Callable, Iterable
from typing import Final, Protocol, TypeVar

from ledgerd.cli.synthea.bills import PUBLIC_PAYERS, ClaimBill
from ledgerd.cli.synthea.journal import Acknowledgement
from ledgerd.cli.synthea.names import REGION, Kind, fund_code, institution_id_of, printable
from ledgerd.cli.synthea.network import Network
from ledgerd.cli.synthea.rows import DataSet, Patient
from ledgerd.cli.synthea.steps import Parties, accepted
from ledgerd.cli.wallet import Wallet, new_wallet, read_wallet, with_account, write_wallet
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import catalogue as c, requests as r
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.registry import Method

A = TypeVar("A", bound=r.Act)
NUMBERS_PER_HOSPITAL: Final = 100_000
ROLES: Final = ("office", "cashier")  # a reversal needs a cashier


class SetupDoors(Protocol):
    """What setting up needs of the doors."""

    def office(self, method: Method[A, Outcome], request: A) -> Acknowledgement: ...
    def operator(
        self, method: Method[A, Outcome], request: A, role: OperatorRole
    ) -> Acknowledgement: ...


class Setup:
    """Makes everybody known who takes part in the bills of an import."""

    def __init__(
        self, network: Network, doors: SetupDoors, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self._network = network
        self._doors = doors
        self._tell = tell

    def parties(
        self, data: DataSet, bills: Iterable[ClaimBill], code: str
    ) -> tuple[Parties, dict[str, Wallet]]:
        """Admit, allot and enrol whoever is missing.

        Returns:
            The parties, and the devices by account.
        """
        listed = tuple(bills)
        organizations = sorted({bill.organization_id for bill in listed})
        insurers = sorted({s.payer_id for b in listed for s in b.shares if not s.is_public})
        hospitals: dict[str, str] = {}
        for place, source_id in enumerate(organizations):
            name = data.organizations[source_id].name
            hospitals[source_id] = self._member("hospital", source_id, name)
            self._numbers(source_id, hospitals[source_id], code, place)
        wallets = self._patients(data, sorted({bill.patient_id for bill in listed}))
        parties = Parties(
            finance=self._network.institution("finance"),
            medicare=self._network.institution("medicare"),
            hospitals=hospitals,
            insurers={i: self._member("insurer", i, data.payers[i]) for i in insurers},
            accounts={source_id: wallet.account for source_id, wallet in wallets.items()},
            funds={i: fund_code(n) for i, n in data.payers.items() if n in PUBLIC_PAYERS},
        )
        return parties, {wallet.account: wallet for wallet in wallets.values()}

    def _member(self, kind: Kind, source_id: str, name: str) -> str:
        host = self._network.homes[kind]
        institution = institution_id_of(kind, source_id)
        if institution not in host.keys.hosted_ids:
            host.keys.host(institution, map(OperatorRole, ROLES))
        keys = host.keys.keys_of(institution)
        propose = r.MemberAdd(
            client_ref=f"member/{source_id}",
            author=self._network.institution("finance"),
            institution=institution,
            kind=kind,
            name=printable(name),
            area=REGION,
            hosted_by=host.institution,
            operator_keys=tuple(
                r.OperatorKeyOf(
                    role=role, public_key=keys.operator_public_key(OperatorRole(role)).hex()
                )
                for role in ROLES
            ),
            encryption_key=keys.encryption_public_keys()[-1].hex(),
        )
        made = accepted(self._doors.operator(c.MEMBER_ADD, propose, OperatorRole.ADMIN))
        vote = r.MemberVote(
            client_ref=f"vote/{source_id}",
            author=self._network.institution("medicare"),
            proposal=made.object,
        )
        accepted(self._doors.operator(c.MEMBER_VOTE, vote, OperatorRole.ADMIN))
        self._tell(f"{kind} admitted")
        return institution

    def _numbers(self, source_id: str, holder: str, code: str, place: int) -> None:
        allot = r.NumbersAllot(
            client_ref=f"numbers/{source_id}",
            author=self._network.institution("finance"),
            holder=holder,
            code=code,
            first=place * NUMBERS_PER_HOSPITAL + 1,
            count=NUMBERS_PER_HOSPITAL,
        )
        accepted(self._doors.office(c.NUMBERS_ALLOT, allot))

    def _patients(self, data: DataSet, source_ids: Iterable[str]) -> dict[str, Wallet]:
        return {source_id: self._patient(data.patients[source_id]) for source_id in source_ids}

    def _patient(self, patient: Patient) -> Wallet:
        path = self._network.folder / "devices" / f"{patient.source_id}.json"
        if not path.exists():
            write_wallet(path, new_wallet())
        wallet = read_wallet(path)
        enrol = r.PatientEnrol(
            client_ref=f"enrol/{patient.source_id}",
            author=self._network.institution("hospital"),
            patient_key=wallet.public_key.hex(),
            patient_seal_key=wallet.sealing.public_key.hex(),
            person=r.Person(name=patient.name, identity_number=patient.identity_number),
            registrar=self._network.institution("medicare"),
        )
        made = accepted(self._doors.operator(c.PATIENT_ENROL, enrol, OperatorRole.CLERK))
        wallet = with_account(wallet, account_in(made.object))
        write_wallet(path, wallet)
        confirm = r.PatientConfirm(
            client_ref=f"confirm/{patient.source_id}",
            author=self._network.institution("medicare"),
            account=wallet.account,
            identity_number=patient.identity_number,
        )
        accepted(self._doors.operator(c.PATIENT_CONFIRM, confirm, OperatorRole.REVIEWER))
        self._tell("patient enrolled and confirmed")
        return wallet


def account_in(object_hex: str) -> str:
    """Take the account out of an account's object key: its last 16 bytes, hex."""
    assert len(object_hex) >= 32
    return object_hex[-32:]
