"""The office of accounts takes what the methods give it."""

import inspect

from ledgerd.offices.accounts import Accounts
from ledgerd.rpc.ports_patients import AccountOffice


def shape(type_: type) -> dict[str, str]:
    return {
        name: str(list(inspect.signature(member).parameters.values())[1].annotation)
        for name, member in inspect.getmembers(type_, inspect.isfunction)
        if not name.startswith("_")
    }


def test_the_office_has_the_shape_of_its_port() -> None:
    assert shape(Accounts) == shape(AccountOffice)
