"""Everybody is made known once, however often the import is interrupted."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.homes import Home
from ledgerd.cli.main import run
from ledgerd.cli.synthea.bills import ClaimBill, bills_of
from ledgerd.cli.synthea.categories import read_category_table
from ledgerd.cli.synthea.journal import Acknowledgement
from ledgerd.cli.synthea.network import Network, network_around
from ledgerd.cli.synthea.parties import Setup
from ledgerd.cli.synthea.rows import DataSet, read_data_set
from ledgerd.cli.synthea.steps import Parties
from ledgerd.cli.wallet import Wallet
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc.registry import Method
from ledgerd.rpc.requests import Act
from tests.cli.synthea_files import write_data_set
from tests.tidy.source import ROOT

CODE = "99010126"


class Interrupted(Exception):  # noqa: N818
    """Somebody pressed Ctrl-C."""


@dataclass
class CountingDoors:
    """Doors to a ledger that accepts everything; what was acknowledged is not sent again.

    Attributes:
        left: acts until the import is interrupted; None never.
    """

    left: int | None = None
    known: dict[str, Acknowledgement] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)

    def office(self, method: Method, request: Act) -> Acknowledgement:
        if request.client_ref not in self.known:
            if self.left == 0:
                raise Interrupted
            self.left = None if self.left is None else self.left - 1
            self.sent[method.name] += 1
            made = (method.name.encode().hex() + "0f" * 39)[-64:]
            self.known[request.client_ref] = Acknowledgement(
                client_ref=request.client_ref, act=method.name, reason="OK", object=made
            )
        return self.known[request.client_ref]

    def operator(self, method: Method, request: Act, _role: OperatorRole) -> Acknowledgement:
        return self.office(method, request)


@pytest.fixture
def network(tmp_path: Path) -> Network:
    assert run(["testnet", "init", str(tmp_path / "net")]) == 0
    return network_around(Home(tmp_path / "net" / "insurer"))


@pytest.fixture
def sample(tmp_path: Path) -> tuple[DataSet, tuple[ClaimBill, ...]]:
    folder = tmp_path / "data"
    folder.mkdir()
    data = read_data_set(write_data_set(folder))
    table = read_category_table(ROOT / "configs" / "synthea_categories.toml")
    return data, bills_of(data, table)


def made_known(
    network: Network, sample: tuple[DataSet, tuple[ClaimBill, ...]], doors: CountingDoors
) -> tuple[Parties, dict[str, Wallet]]:
    fresh = network_around(Home(network.homes["insurer"].path))  # as a new process would read it
    return Setup(fresh, doors).parties(*sample, CODE)


def test_an_interrupted_setup_goes_on_where_it_was(
    network: Network, sample: tuple[DataSet, tuple[ClaimBill, ...]]
) -> None:
    doors = CountingDoors()
    interruptions = 0
    while True:
        doors.left = 1  # one more act each time, so it is interrupted behind every one
        try:
            parties, wallets = made_known(network, sample, doors)
            break
        except Interrupted:
            interruptions += 1

    doors.left = 0
    again, wallets_again = made_known(network, sample, doors)

    assert interruptions == doors.sent.total() - 1
    assert doors.sent == {
        "member_add": 2,
        "member_vote": 2,
        "numbers_allot": 1,
        "patient_enrol": 1,
        "patient_confirm": 1,
    }
    assert again == parties
    assert {a: w.public_key for a, w in wallets_again.items()} == {
        a: w.public_key for a, w in wallets.items()
    }


def test_keys_of_admitted_institutions_lie_with_their_hosts(
    network: Network, sample: tuple[DataSet, tuple[ClaimBill, ...]]
) -> None:
    parties, _ = made_known(network, sample, CountingDoors())

    for kind, ids in (("hospital", parties.hospitals), ("insurer", parties.insurers)):
        hosted = Home(network.homes[kind].path).keys.hosted_ids
        assert set(hosted) == set(ids.values())


def test_a_home_outside_of_a_testnet_has_no_parties(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed) as failed:
        network_around(Home(tmp_path))

    assert failed.value.code == ExitCode.USAGE
