"""Codes that random operations do not promise to reach: each is produced by a small scenario."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from ledgerd.chain.transaction import SCHEME_PASSKEY
from ledgerd.ledger import state_keys
from ledgerd.ledger.apply import execute_transaction
from ledgerd.ledger.governance_operations import (
    EncryptionKeyAdded,
    NewParams,
    NewProtocol,
    OperatorKeyChange,
    ParamChange,
    RotateOwnKey,
    Subject,
)
from ledgerd.ledger.overlay import Overlay
from ledgerd.ledger.queries import params_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.passkeys import relying_party_hash
from tests.naive.passkeys import ELSEWHERE, passkey
from tests.naive.unreached import RESERVED, SELDOM
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    BERT,
    FINANCE,
    HOSPITAL,
    MEDICARE,
    World,
    allotment,
    as_read,
    claim,
    issue,
    key_of,
    range_id,
)
from tests.unit.ledgerd.ledger.world_books import (
    attestation,
    attested_day,
    clearing,
    new_signer,
    proposal,
    report,
    rotation,
    step,
    to_next_day,
    to_next_month,
    total,
    write_off,
)
from tests.unit.ledgerd.ledger.world_patients import added_key, by_proxy, proxy

LEDGERD = Path(__file__).parents[2] / "ledgerd"
Scenario = Callable[[World], Code]
SCENARIOS: dict[Code, list[Scenario]] = {}


def gives(code: Code) -> Callable[[Scenario], Scenario]:
    """Enter a scenario that ends with this code; its world has numbers and two patients."""

    def enter(scenario: Scenario) -> Scenario:
        SCENARIOS.setdefault(code, []).append(scenario)
        return scenario

    return enter


def by_passkey(world: World, who: str | bytes, site: str) -> Code:
    world.must(ANNA, "device", added_key(public_key=passkey(0)))
    transaction = replace(
        world.transaction(who, "clerk", added_key(name="third")),
        scheme=SCHEME_PASSKEY,
        public_key=passkey(0),
    )
    overlay, party = Overlay(world), relying_party_hash(site)
    (receipt,) = execute_transaction(
        as_read(transaction), 0, overlay, world.context(), relying_party=party
    )
    return receipt.code


@gives(Code.SCHEME_NOT_SUPPORTED)
def a_passkey_for_an_institution(world: World) -> Code:
    return by_passkey(world, HOSPITAL, "ledger.invalid")


@gives(Code.RELYING_PARTY_DIFFERS)
def a_passkey_of_another_site(world: World) -> Code:
    return by_passkey(world, ANNA, ELSEWHERE)


def proposed(world: World, subject: Subject) -> Code:
    return world.code(FINANCE, "admin", proposal(world, subject))


@gives(Code.BAD_PARAMS)
def a_parameter_out_of_its_bounds(world: World) -> Code:
    return proposed(world, NewParams(changes=(ParamChange(name="presence_ms", value=1),)))


@gives(Code.BAD_PARAMS)
def a_parameter_that_there_is_not(world: World) -> Code:
    return proposed(world, NewParams(changes=(ParamChange(name="no_such_field", value=1),)))


@gives(Code.UNKNOWN_PROTOCOL)
def a_version_that_nobody_knows(world: World) -> Code:
    return proposed(world, NewProtocol(protocol_version=2))


@gives(Code.POSSESSION_NOT_SHOWN)
def a_key_that_nobody_showed(world: World) -> Code:
    added = new_signer("new").public_key
    change = OperatorKeyChange(role="clerk", added=added, possession=bytes(64))
    return world.code(FINANCE, "admin", RotateOwnKey(client_ref="key", change=change))


@gives(Code.LAST_ADMIN_KEY)
def the_last_administrator_leaves(world: World) -> Code:
    change = OperatorKeyChange(role="admin", retired=key_of(FINANCE, "admin"))
    return world.code(FINANCE, "admin", RotateOwnKey(client_ref="key", change=change))


@gives(Code.LAST_ADMIN_KEY)
def the_second_administrator_leaves_after_the_first(world: World) -> Code:
    world.must(FINANCE, "admin", rotation(FINANCE, "admin", "next", key_of(FINANCE, "admin")))
    gone = RotateOwnKey(
        client_ref="gone",
        change=OperatorKeyChange(role="admin", retired=new_signer("next").public_key),
    )
    transaction = replace(
        world.transaction(FINANCE, "admin", gone), public_key=new_signer("next").public_key
    )
    return world.execute(transaction)[0][0].code


@gives(Code.KEY_NUMBER_NOT_NEXT)
def an_encryption_key_leaves_a_number_out(world: World) -> Code:
    added = EncryptionKeyAdded(number=2, public_key=new_signer("sealing").public_key)
    return world.code(FINANCE, "admin", RotateOwnKey(client_ref="key", change=added))


@gives(Code.NESTED_TOO_DEEP)
def numbers_are_handed_on_a_third_time(world: World) -> Code:
    parent = "range 10001"
    world.must(FINANCE, "clerk", allotment(FINANCE, 10_001, 100))
    for ref in ("second", "third"):
        inner = replace(allotment(FINANCE, 10_001, 50), client_ref=ref, parent=range_id(parent))
        world.must(FINANCE, "clerk", inner)
        parent = ref
    deeper = replace(allotment(HOSPITAL, 10_001, 5), client_ref="deeper", parent=range_id(parent))
    return world.code(FINANCE, "clerk", deeper)


@gives(Code.ACT_IN_FORCE)
def a_proxy_files_what_was_filed(world: World) -> Code:
    filed = claim((world.bill(1),), world.today)
    world.must(ANNA, "device", proxy(world))
    world.must(ANNA, "device", filed)
    return world.code(BERT, "device", by_proxy(filed))


def limited(world: World, **limits: int) -> Code:
    params = replace(params_of(world), **limits)
    world.state[state_keys.PARAMS_KEY] = encode(params)
    world.issued(1)
    return world.code(HOSPITAL, "office", issue(2, world.today))


@gives(Code.OFFICE_DAY_LIMIT)
def an_office_key_acts_too_often(world: World) -> Code:
    return limited(world, office_day_count_max=1)


@gives(Code.OFFICE_DAY_LIMIT)
def an_office_key_moves_too_much(world: World) -> Code:
    return limited(world, office_day_fen_max=199_99)


@gives(Code.PERIOD_NOT_OVER)
def a_day_is_reported_before_its_end(world: World) -> Code:
    return world.code(HOSPITAL, "office", report(world, world.today))


@gives(Code.PERIOD_NOT_OVER)
def a_month_is_cleared_before_its_end(world: World) -> Code:
    return world.code(MEDICARE, "office", clearing(world, world.today // 100))


@gives(Code.TOTALS_DIFFER)
def a_day_is_reported_with_other_sums(world: World) -> Code:
    world.issued(1)
    right = report(world, to_next_day(world))
    return world.code(HOSPITAL, "office", replace(right, issued=total(1, 99_99)))


@gives(Code.TOTALS_DIFFER)
def a_month_is_cleared_with_other_sums(world: World) -> Code:
    right = clearing(world, to_next_month(world))
    return world.code(MEDICARE, "office", replace(right, settled=total(1, 1)))


@gives(Code.ALREADY_REPORTED)
def a_day_is_reported_twice(world: World) -> Code:
    right = report(world, to_next_day(world))
    world.must(HOSPITAL, "office", right)
    return world.code(HOSPITAL, "office", replace(right, client_ref="again"))


@gives(Code.NOT_REPORTED)
def a_day_is_attested_that_nobody_reported(world: World) -> Code:
    return world.code(FINANCE, "office", attestation(to_next_day(world)))


@gives(Code.ALREADY_ATTESTED)
def a_day_is_attested_twice(world: World) -> Code:
    again = replace(attestation(attested_day(world)), client_ref="again")
    return world.code(FINANCE, "office", again)


@gives(Code.ALREADY_ATTESTED)
def a_month_is_cleared_twice(world: World) -> Code:
    right = clearing(world, to_next_month(world))
    world.must(MEDICARE, "office", right)
    return world.code(MEDICARE, "office", replace(right, client_ref="again"))


@gives(Code.NOT_ATTESTED)
def a_bill_is_written_off_before_its_day_is_attested(world: World) -> Code:
    ref = world.bill(1)
    to_next_day(world)
    return world.code(HOSPITAL, "clerk", write_off(world, ref))


@gives(Code.ALREADY_WRITTEN_OFF)
def a_bill_is_written_off_twice(world: World) -> Code:
    ref = world.bill(1)
    attested_day(world)
    first = world.must(HOSPITAL, "clerk", write_off(world, ref))
    world.must(FINANCE, "reviewer", step(first))
    return world.code(HOSPITAL, "clerk", write_off(world, ref, ref="again"))


CASES = [(code, scenario) for code, all_of in SCENARIOS.items() for scenario in all_of]


@pytest.mark.parametrize(
    ("code", "scenario"), CASES, ids=[f"{c.name}-{s.__name__}" for c, s in CASES]
)
def test_a_scenario_ends_with_its_code(code: Code, scenario: Scenario) -> None:
    world = World()
    world.allot()
    world.enrol(ANNA)
    world.enrol(BERT)

    assert scenario(world) is code


def test_a_code_that_is_seldom_drawn_has_a_scenario() -> None:
    assert set(SELDOM) <= set(SCENARIOS)


def codes_named(path: Path) -> set[str]:
    """Give the reject codes that a module names, under whatever name it knows them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = {
        alias.asname or alias.name
        for node in imports
        for alias in node.names
        if node.module == "ledgerd.ledger.reject_codes" and alias.name == "RejectCode"
    }
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in names
    }


def test_no_rule_names_a_code_that_is_reserved_and_each_other_is_named() -> None:
    published = LEDGERD / "ledger" / "reject_codes.py"
    modules = [path for path in LEDGERD.rglob("*.py") if path != published]
    named = set().union(*map(codes_named, modules))

    assert {code.name for code in Code} - named == {code.name for code in RESERVED}
