"""The offices take what the methods on the axes give them."""

import inspect

from ledgerd.offices.bill_axes import BillAxes
from ledgerd.offices.consent import Consent
from ledgerd.rpc import ports_bill


def shape(type_: type) -> dict[str, str]:
    return {
        name: str(list(inspect.signature(member).parameters.values())[1].annotation)
        for name, member in inspect.getmembers(type_, inspect.isfunction)
        if not name.startswith("_")
    }


def test_the_offices_have_the_shape_of_their_ports() -> None:
    assert shape(BillAxes) == shape(ports_bill.BillAxesOffice)
    assert shape(Consent) == shape(ports_bill.ConsentOffice)
