"""The offices of redress and cases take what the methods give them."""

import inspect

from ledgerd.offices.cases import Cases
from ledgerd.offices.redress import Redress
from ledgerd.rpc import ports_redress


def shape(type_: type) -> dict[str, str]:
    return {
        name: str(list(inspect.signature(member).parameters.values())[1].annotation)
        for name, member in inspect.getmembers(type_, inspect.isfunction)
        if not name.startswith("_")
    }


def test_the_offices_have_the_shape_of_their_ports() -> None:
    assert shape(Redress) == shape(ports_redress.RedressOffice)
    assert shape(Cases) == shape(ports_redress.CaseOffice)
