"""For each operation a moment of the told story at which it takes effect, and who does it."""

import functools
from dataclasses import dataclass

import msgspec

from ledgerd.ledger import state_keys
from ledgerd.ledger.governance_objects import InstitutionRecord
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.patient_objects import Account
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.canonical import encode
from tests.naive.comparing import read
from tests.naive.world import FINANCE_2
from tests.unit.ledgerd.ledger.story import Story, tell_everything
from tests.unit.ledgerd.ledger.world import ANNA, BERT, KINDS, World, institution


@dataclass(frozen=True)
class Witness:
    """An operation about to take effect."""

    state: dict[bytes, bytes]
    height: int
    time_ms: int
    who: str | bytes
    role: str
    operation: Operation

    def world(self) -> World:
        return World(state=dict(self.state), height=self.height, time_ms=self.time_ms)

    def code_of(self, who: str | bytes, role: str, world: World | None = None) -> Code:
        return (world or self.world()).code(who, role, self.operation)


class _Recorder(Story):
    def __init__(self) -> None:
        super().__init__()
        self.recorded: dict[str, Witness] = {}

    def act(self, who: str | bytes, role: str, operation: Operation) -> bytes:
        world, name = self.world, type(operation).__name__
        witness = Witness(dict(world.state), world.height, world.time_ms, who, role, operation)
        self.recorded.setdefault(name, witness)
        return super().act(who, role, operation)


@functools.cache
def witnesses() -> dict[str, Witness]:
    """Tell the story once and keep the moment before each operation's first effect."""
    recorder = _Recorder()
    tell_everything(recorder)
    return recorder.recorded


def world_with_strangers(witness: Witness) -> World:
    """Give the moment with a second finance institution and a confirmed second patient."""
    world = witness.world()
    record = InstitutionRecord(institution=institution(FINANCE_2, "finance"), is_validator=False)
    world.state[state_keys.institution_key(FINANCE_2)] = encode(record)
    if state_keys.account_key(BERT) not in world.state:
        world.enrol(BERT)
    world.time_ms = witness.time_ms
    return world


def stranger_to(who: str | bytes) -> str | bytes:
    """Give somebody of the same kind."""
    if isinstance(who, bytes):
        return ANNA if who == BERT else BERT
    if KINDS[who] == "finance":
        return FINANCE_2
    return next(name for name, kind in KINDS.items() if kind == KINDS[who] and name != who)


def change_account(world: World, account: bytes, **changes: object) -> None:
    key = state_keys.account_key(account)
    record = msgspec.structs.replace(read(world.state[key], Account), **changes)
    world.state[key] = encode(record)


def make_keys_wait(world: World, account: bytes) -> None:
    keys = read(world.state[state_keys.account_key(account)], Account).keys
    waiting = tuple(msgspec.structs.replace(key, is_confirmed=False) for key in keys)
    change_account(world, account, keys=waiting)


def retire_keys(world: World, who: str | bytes) -> None:
    if isinstance(who, bytes):
        change_account(world, who, keys=())
        return
    key = state_keys.institution_key(who)
    record = read(world.state[key], InstitutionRecord)
    bare = msgspec.structs.replace(record.institution, operator_keys=())
    world.state[key] = encode(msgspec.structs.replace(record, institution=bare))
