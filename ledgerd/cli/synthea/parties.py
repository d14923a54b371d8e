"""Who takes part in an import: institutions admitted, numbers allotted, patients enrolled.

Rules: everything here is done once and found again by its ``client_ref``; ids of institutions are
made from the ids of the data set, so a second run finds the same ones. They are valid credit codes
of a region that does not exist (99): none can be taken for a real institution's. Keys are made
before anything is said about them and kept on the host's home; a patient's device is a wallet file
beside the homes.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol, TypeVar

from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.homes import Home, read_network
from ledgerd.cli.synthea.bills import PUBLIC_PAYERS, ClaimBill
from ledgerd.cli.synthea.journal import Acknowledgement
from ledgerd.cli.synthea.rows import DataSet, Patient
from ledgerd.cli.synthea.steps import NO_FUND, Parties, accepted
from ledgerd.cli.wallet import Wallet, new_wallet, read_wallet, with_account, write_wallet
from ledgerd.keys.roles import OperatorRole
from ledgerd.primitives.identifiers import institution_check_character
from ledgerd.rpc import catalogue as c, requests as r
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.registry import Method

A = TypeVar("A", bound=r.Act)
Kind = Literal["hospital", "insurer"]
NUMBERS_PER_HOSPITAL: Final = 100_000
REGION: Final = "990000"  # no region has it
ID_PREFIX: Final = {"hospital": "12", "insurer": "91"}  # registered with: institutions, companies
ROLES: Final = ("office", "cashier")  # a reversal needs a cashier
_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class SetupDoors(Protocol):
    """What setting up needs of the doors."""

    def office(self, method: Method[A, Outcome], request: A) -> Acknowledgement: ...
    def operator(
        self, method: Method[A, Outcome], request: A, role: OperatorRole
    ) -> Acknowledgement: ...


@dataclass(frozen=True)
class Network:
    """The institutions of a testnet that run nodes, one of each kind, and where they are."""

    folder: Path
    homes: dict[str, Home]

    def institution(self, kind: str) -> str:
        return self.homes[kind].institution


def network_around(home: Home) -> Network:
    """Find the testnet that a home belongs to.

    Raises:
        CommandFailed: it belongs to none, or one of the four kinds is missing.
    """
    folder = home.path.resolve().parent
    by_path = {sibling.path.resolve(): sibling for sibling in home.siblings()}
    if len(by_path) == 1:
        raise CommandFailed(ExitCode.USAGE, f"{home.path}: not a home of a testnet")
    homes: dict[str, Home] = {}
    for node in read_network(folder).nodes:
        homes.setdefault(node.kind, by_path[folder / node.name])
    missing = {"finance", "hospital", "medicare", "insurer"} - set(homes)
    if missing:
        raise CommandFailed(ExitCode.USAGE, f"the testnet has no {min(missing)}")
    return Network(folder, homes)


def institution_id_of(kind: Kind, source_id: str) -> str:
    """Make the credit code of an institution of the data set: the same one every time."""
    number = int.from_bytes(hashlib.sha256(source_id.encode("utf-8")).digest()[:8], "big")
    body = ""
    for _ in range(9):
        number, digit = divmod(number, len(_ALPHABET))
        body += _ALPHABET[digit]
    first17 = ID_PREFIX[kind] + REGION + body
    return first17 + institution_check_character(first17)


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


def fund_code(payer: str) -> str:
    """Make a fund's code of a public payer's name."""
    code = "-".join(payer.lower().split())
    assert code != NO_FUND
    return code


def printable(name: str) -> str:
    """Cut a name to what the chain takes: 64 printable ASCII characters."""
    return "".join(ch if " " <= ch <= "~" else "?" for ch in name)[:64]
