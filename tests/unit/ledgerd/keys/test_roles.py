"""The roles of operator keys."""

from ledgerd.keys.roles import OperatorRole


def test_the_roles_are_the_six_of_the_domain() -> None:
    names = [role.value for role in OperatorRole]

    assert names == ["office", "clerk", "cashier", "reviewer", "admin", "terminal"]
