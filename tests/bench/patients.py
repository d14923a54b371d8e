"""A patient with a device, enrolled and confirmed by signed transactions: the offices are off."""

import secrets
import time
from dataclasses import dataclass, field

from ledgerd.cli.homes import Home
from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.claim_operations import ConfirmPatient, EnrolPatient
from ledgerd.ledger.operations import Operation
from ledgerd.offices.documents import enclose
from ledgerd.primitives.signatures import Ed25519Signer
from ledgerd.primitives.wrapping import DeviceReader, encryption_public_key
from ledgerd.rpc.catalogue import TX_SUBMIT
from ledgerd.rpc.client import open_client
from ledgerd.rpc.requests import TxSubmit
from tests.bench.bills import HOUR_MS, signed_by
from tests.bench.net import BenchNet


@dataclass(frozen=True)
class Patient:
    """An account and the seed of its device's key."""

    account: bytes
    seed: bytes = field(repr=False)

    def device(self) -> Ed25519Signer:
        """Give the device that signs for the account."""
        return Ed25519Signer(self.seed)


def enrol(net: BenchNet) -> Patient:
    """Enrol a patient at the hospital and confirm the account at the bureau."""
    patient = Patient(secrets.token_bytes(16), secrets.token_bytes(32))
    hospital, medicare = Home(net.home("hospital")), Home(net.home("medicare"))
    sealing_key = encryption_public_key(secrets.token_bytes(32))
    record = enclose(b"sample record", [DeviceReader(sealing_key)], secrets.token_bytes)
    enrolled = EnrolPatient(
        client_ref="bench/patient",
        account=patient.account,
        registrar=medicare.institution,
        device_key=patient.device().public_key,
        sealing_key=sealing_key,
        record=record.document,
    )
    confirmed = ConfirmPatient(
        client_ref="bench/patient", account=patient.account, token=secrets.token_bytes(32)
    )
    _commit(net, hospital, OperatorRole.CLERK, enrolled, (record.sidecar.hex(),))
    _commit(net, medicare, OperatorRole.REVIEWER, confirmed, ())
    return patient


def _commit(
    net: BenchNet, home: Home, role: OperatorRole, operation: Operation, sidecars: tuple[str, ...]
) -> None:
    until_ms = time.time_ns() // 1_000_000 + HOUR_MS
    transaction = signed_by(home.keys.signer(role), home, (operation,), until_ms)
    with open_client(home.target) as client:
        outcome = client.call(TX_SUBMIT, TxSubmit(transaction=transaction, sidecars=sidecars))
    assert [receipt.reason for receipt in outcome.receipts] == ["OK"], outcome.receipts
    assert outcome.height is not None
    net.wait_height(outcome.height)
