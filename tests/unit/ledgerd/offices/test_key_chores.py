"""Which chores of keys events make."""

from ledgerd.ledger import axis_events as x, events as e
from ledgerd.ledger.fields import UnreadableReason
from ledgerd.ledger.patient_events import PatientKeyAdded
from ledgerd.ledger.queries import account_of
from ledgerd.offices.chore import ChoreKind, device_of_key
from ledgerd.offices.key_chores import KeyChores
from ledgerd.offices.readers import ReadingRoom
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, INSURER, MEDICARE
from tests.unit.ledgerd.offices.acts import Device, allot, chain_ref, enrol, settled_bill
from tests.unit.ledgerd.offices.town import Home, Town


def book(home: Home) -> KeyChores:
    return KeyChores(home.house, ReadingRoom(home.house))


async def test_a_new_key_of_an_account_is_served_for_each_of_its_bills(town: Town) -> None:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)
    await settled_bill(town, device, "bill 1")
    await settled_bill(town, device, "bill 2")
    account = account_of(town.ledger, bytes.fromhex(device.account))
    assert account is not None
    (key,) = account.keys
    added = PatientKeyAdded(account=bytes.fromhex(device.account), key=key.key_id, waits=False)

    chores = list(book(town.hospital).chores_of(added))

    assert [(c.kind, c.author) for c in chores] == [(ChoreKind.DEVICE, HOSPITAL)] * 2
    assert {device_of_key(chore.subject) for chore in chores} == {key.sealing_key}
    assert all(book(town.hospital).is_wanted(chore) for chore in chores)
    assert list(book(town.medicare).chores_of(added)) == []


async def test_a_key_that_is_gone_again_is_not_served(town: Town) -> None:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)
    bill = chain_ref(await settled_bill(town, device))
    account = bytes.fromhex(device.account)

    unknown = PatientKeyAdded(account=account, key=b"u" * 16, waits=False)
    foreign = x.BillBound(bill=bill, binder=MEDICARE)

    assert list(book(town.hospital).chores_of(unknown)) == []
    assert list(book(town.hospital).chores_of(foreign)) == []


async def test_readers_stand_by_for_the_issuer(town: Town) -> None:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)
    bill = chain_ref(await settled_bill(town, device))
    face = e.AccessGranted(
        bill=bill, issuer=HOSPITAL, grant=bytes(16), reader=INSURER, parts=1, until_ms=1
    )

    kinds = {
        name: [chore.kind for chore in book(home).chores_of(face)]
        for name, home in town.homes.items()
    }

    assert kinds == {
        HOSPITAL: [ChoreKind.DELIVER],
        MEDICARE: [ChoreKind.STEP_IN],
        FINANCE: [ChoreKind.STEP_IN],
        INSURER: [],
    }


async def test_only_what_does_not_open_is_delivered_anew(town: Town) -> None:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)
    bill = chain_ref(await settled_bill(town, device))

    def kinds(reason: UnreadableReason) -> list[ChoreKind]:
        event = e.UnreadableReported(
            bill=bill, reader=FINANCE, reason=reason, report=bytes(16), issuer=HOSPITAL
        )
        return [chore.kind for chore in book(town.hospital).chores_of(event)]

    assert kinds(UnreadableReason.DOES_NOT_OPEN) == [ChoreKind.DELIVER_ANEW]
    assert kinds(UnreadableReason.SUMS_DIFFER) == []
