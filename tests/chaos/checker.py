"""What clients were told against what all nodes hold, after a storm.

    lost        acknowledged, and not in force on some node at the height that was said
    duplicated  one client's key, one bill's number or one bill's sum in force twice
    diverged    two nodes with different blocks at one height, or different states
    unwanted    every attempt was refused for certain, and it is in force all the same

Rules: nodes are asked while they run, for that is what clients see; then stopped with SIGTERM, and
their files are read. The chain is executed again from genesis, here and by ``ledgerctl verify
chain`` on each home. An unknown outcome is no promise: either is right.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ledgerd.chain.block import TransactionReceipts, decode_block, header_hash
from ledgerd.chain.block_check import ReadBlock, read_block
from ledgerd.chain.transaction import ReadTransaction
from ledgerd.cli import sources
from ledgerd.cli.execution import Execution
from ledgerd.cli.homes import Home
from ledgerd.errors import DecodeError, LedgerdError
from ledgerd.ledger.bill_operations import IssueBill, RecordPayment
from ledgerd.ledger.operations import decode_operation
from ledgerd.ledger.receipts import decode_receipt
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.primitives.canonical import decode
from ledgerd.rpc.catalogue import CHAIN_STATS, TX_GET
from ledgerd.rpc.client import RpcClient, open_client
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.queries import TxRef
from tests.chaos.acts import TOTAL_FEN, bill_text
from tests.chaos.journal import ACKNOWLEDGED, REFUSED, Told
from tests.processes.local_net import CliResult, LocalNet

LEAF_BYTES_MAX = 1 << 20
ASKERS = 2  # processes that verify at once
SHOWN_COUNT = 3  # examples of each violation
IN_FORCE = {"OK", "REPEATED"}
Place = tuple[int, str]


@dataclass
class Facts:
    """What a chain says, read by executing it.

    Attributes:
        headers: hash by height, from 1.
        effects: where each client's key took effect: height and transaction.
        bills: which keys issued each bill.
        paid_fen: by bill.
    """

    headers: list[str] = field(default_factory=list)
    effects: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    bills: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    paid_fen: Counter[str] = field(default_factory=Counter)
    state_root: str = ""
    transactions: int = 0


@dataclass
class Verdict:
    """Counts of what was looked at and of what was wrong, with some examples."""

    counts: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def wrong(self, kind: str, found: Sequence[str]) -> None:
        """Enter what was found wrong; an empty list is none."""
        self.counts[kind] += len(found)
        if found:
            self.violations.append(f"{kind}: {len(found)}, among them {found[:SHOWN_COUNT]}")


def read_facts(home: Home) -> Facts:
    """Execute the chain in the files of a stopped node."""
    facts = Facts()
    execution = Execution(home.genesis)
    for data, _ in sources.of_home(home):
        block = read_block(decode_block(data))
        leaves = execution.execute(block.header, block.transactions)
        facts.headers.append(header_hash(block.header).hex())
        _enter(facts, block, leaves)
    facts.state_root = execution.state_root.hex()
    return facts


def _enter(facts: Facts, block: ReadBlock, leaves: Sequence[bytes]) -> None:
    for read, leaf in zip(block.transactions, leaves, strict=True):
        facts.transactions += 1
        named = decode(leaf, TransactionReceipts, bytes_max=LEAF_BYTES_MAX)
        place = (block.header.height, read.transaction_id.hex())
        for encoded in named.receipts:
            receipt = decode_receipt(encoded)
            if receipt.code is RejectCode.OK:
                _enter_effect(facts, _operation(read, receipt.operation), place)


def _operation(read: ReadTransaction, number: int) -> object:
    try:
        return decode_operation(read.transaction.operations[number])
    except DecodeError:
        return None


def _enter_effect(facts: Facts, operation: object, place: Place) -> None:
    if not isinstance(operation, IssueBill | RecordPayment):
        return
    facts.effects[operation.client_ref].append(place)
    bill = bill_text(operation.bill)
    if isinstance(operation, IssueBill):
        facts.bills[bill].append(operation.client_ref)
    else:
        facts.paid_fen[bill] += operation.amount_fen


def judge(facts: Facts, journal: Sequence[Told]) -> Verdict:
    """Compare what a chain says with what clients were told."""
    verdict = Verdict()
    by_ref: dict[str, list[Told]] = defaultdict(list)
    for told in journal:
        by_ref[told.ref].append(told)
    acknowledged = [told for told in journal if told.outcome == ACKNOWLEDGED]
    verdict.counts["acknowledgements"] = len(acknowledged)
    verdict.counts["effects"] = len(facts.effects)
    verdict.wrong("lost", [t.ref for t in acknowledged if not _is_there(facts, t)])
    verdict.wrong(
        "duplicated",
        [ref for ref, places in facts.effects.items() if len(places) > 1]
        + [bill for bill, refs in facts.bills.items() if len(refs) > 1]
        + [bill for bill, paid in facts.paid_fen.items() if paid > TOTAL_FEN],
    )
    refused = {r for r, tolds in by_ref.items() if all(t.outcome == REFUSED for t in tolds)}
    verdict.wrong("unwanted", sorted(refused & facts.effects.keys()))
    return verdict


def _is_there(facts: Facts, told: Told) -> bool:
    """Say whether an acknowledged act took effect at the height that was said, or before it."""
    places = facts.effects.get(told.ref, [])
    if told.word == "REPEATED":
        return any(height <= told.height for height, _ in places)
    return (told.height, told.tx_id) in places


def diverged(headers: dict[str, list[str]]) -> list[str]:
    """Name the pairs of nodes and the first height at which their blocks differ."""
    names = sorted(headers)
    longest = max(names, key=lambda name: len(headers[name]))
    found = []
    for name in names:
        pairs = enumerate(zip(headers[name], headers[longest], strict=False), start=1)
        first = next((height for height, (a, b) in pairs if a != b), None)
        if first is not None:
            found.append(f"{name} and {longest} at {first}")
    return found


def missing_on(client: RpcClient, journal: Sequence[Told]) -> list[str]:
    """Ask a node for every acknowledged transaction; list those that it does not hold."""
    found = []
    for told in {t.tx_id: t for t in journal if t.outcome == ACKNOWLEDGED}.values():
        try:
            known = client.call(TX_GET, TxRef(tx_id=told.tx_id))
        except LedgerdError:
            found.append(told.ref)
            continue
        reasons = {receipt.reason for receipt in known.receipts}
        if known.height != told.height or not reasons <= IN_FORCE:
            found.append(told.ref)
    return found


def ask_all(net: LocalNet, names: Sequence[str], journal: Sequence[Told]) -> Verdict:
    """Ask every running node for everything that clients were told."""
    verdict = Verdict()
    sums = {}
    for name in names:
        with open_client(Home(net.home(name)).target) as client:
            lost = [f"{ref} on {name}" for ref in missing_on(client, journal)]
            verdict.wrong("lost", lost)
            stats = client.call(CHAIN_STATS, NoParams())
            sums[name] = (stats.bills, stats.charged_fen)
    verdict.counts["nodes asked"] = len(names)
    if len(set(sums.values())) != 1:
        verdict.wrong("diverged", [f"sums differ: {sums}"])
    return verdict


def verify_homes(net: LocalNet, names: Sequence[str]) -> Verdict:
    """Run ``ledgerctl verify chain`` on each stopped home."""
    verdict = Verdict()

    def verify(name: str) -> CliResult:
        return net.ctl_process("verify", "chain", home=name)

    with ThreadPoolExecutor(ASKERS) as pool:
        done = dict(zip(names, pool.map(verify, names), strict=True))
    wrong = [f"{name}: {result.err[-300:]}" for name, result in done.items() if result.code != 0]
    verdict.wrong("not verified", wrong)
    verdict.counts["chains verified"] = len(names) - len(wrong)
    return verdict


def check_stopped(
    net: LocalNet, names: Sequence[str], journal: Sequence[Told]
) -> Iterator[Verdict]:
    """Check the files of stopped nodes against each other and against the journal."""
    yield verify_homes(net, names)
    facts = {name: read_facts(Home(net.home(name))) for name in names}
    split = Verdict()
    split.wrong("diverged", diverged({name: each.headers for name, each in facts.items()}))
    by_height = {(len(each.headers), each.state_root) for each in facts.values()}
    if len(by_height) != len({height for height, _ in by_height}):
        split.wrong("diverged", [f"states differ: {sorted(by_height)}"])
    split.counts["blocks"] = max(len(each.headers) for each in facts.values())
    yield split
    for name, each in facts.items():
        verdict = judge(each, journal)
        verdict.violations = [f"{name}: {text}" for text in verdict.violations]
        if name != names[0]:
            del verdict.counts["acknowledgements"], verdict.counts["effects"]
        yield verdict
