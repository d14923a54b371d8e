"""The offices of care and erasure take what the methods give them."""

import inspect

from ledgerd.offices.care import Care
from ledgerd.offices.erasures import Erasures
from ledgerd.rpc import ports_care


def shape(type_: type) -> dict[str, str]:
    return {
        name: str(list(inspect.signature(member).parameters.values())[1].annotation)
        for name, member in inspect.getmembers(type_, inspect.isfunction)
        if not name.startswith("_")
    }


def test_the_offices_have_the_shape_of_their_ports() -> None:
    assert shape(Care) == shape(ports_care.CareOffice)
    wanted = shape(ports_care.ErasureOffice)
    assert wanted.items() <= shape(Erasures).items()
