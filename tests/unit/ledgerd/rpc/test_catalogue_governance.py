"""The methods of governance stand in the catalogue with the scope that they need."""

from ledgerd.rpc import catalogue_governance as c
from ledgerd.rpc.catalogue import METHODS
from ledgerd.rpc.registry import Scope


def test_all_stand_in_the_catalogue() -> None:
    assert set(c.GOVERNANCE_METHODS) <= set(METHODS)


def test_what_the_admin_does_needs_the_admins_scope() -> None:
    admin = {m.name for m in c.GOVERNANCE_METHODS if m.scope is Scope.ADMIN}

    assert admin == {"gov_propose", "gov_vote", "keys_rotate", "keys_terminal", "member_move"}
