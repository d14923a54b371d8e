"""The offices of governance and of the books fit their ports."""

import inspect

from ledgerd.offices.bookkeeping import Bookkeeping
from ledgerd.offices.governing import Governing
from ledgerd.rpc.ports_governance import BookOffice, GovernanceOffice


def acts_of(type_: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(type_, inspect.isfunction) if name[0] != "_"}


def test_every_act_of_a_port_is_carried_out() -> None:
    assert acts_of(GovernanceOffice) == acts_of(Governing)
    assert acts_of(BookOffice) == acts_of(Bookkeeping)
