"""Methods that read visits, prescriptions, erasures and anchors, and acts where no office runs."""

import pytest

from ledgerd.ledger.care_operations import BookVisit
from ledgerd.ledger.keeping_operations import AnchorAudit
from ledgerd.rpc.catalogue_care import CARE_METHODS, VISIT_CANCEL
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.methods_care import CareReads, bind_care
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.queries import IdRef
from ledgerd.rpc.registry import ALL_SCOPES, Caller, Registry
from ledgerd.rpc.requests_care import OfInstitution, VisitAct
from tests.unit.ledgerd.rpc.solo_node import HOSPITAL, MEDICARE
from tests.unit.ledgerd.rpc.stories import DAY, DOCUMENT, told

CALLER = Caller("test", ALL_SCOPES)


async def test_visits_and_anchors_are_shown_and_listed_by_their_author() -> None:
    story = await told()
    visit = await story.tell(
        HOSPITAL, BookVisit(client_ref="v", date=DAY, visit=bytes(32), sealed=DOCUMENT)
    )
    anchor = await story.tell(
        MEDICARE, AnchorAudit(client_ref="a", date=DAY, line_count=3, head=bytes(32))
    )
    reads = CareReads(story.node)  # type: ignore[arg-type]

    shown = await reads.visit(IdRef(id=visit.hex()), CALLER)
    listed = await reads.visits(OfInstitution(institution=HOSPITAL), CALLER)
    others = await reads.visits(OfInstitution(institution=MEDICARE), CALLER)
    anchors = await reads.anchors(OfInstitution(), CALLER)

    assert listed.visits == (shown.visit,)
    assert others.visits == ()
    assert [one.anchor for one in anchors.anchors] == [anchor.hex()]
    assert (await reads.prescriptions(OfInstitution(), CALLER)).prescriptions == ()
    assert (await reads.erasures(OfInstitution(), CALLER)).erasures == ()


async def test_what_is_not_there_is_told() -> None:
    reads = CareReads((await told()).node)  # type: ignore[arg-type]
    nothing = IdRef(id="00" * 39)

    for read in (reads.visit, reads.prescription, reads.erasure):
        with pytest.raises(RpcFailure) as refused:
            await read(nothing, CALLER)
        assert refused.value.rpc_code is RpcCode.NOT_FOUND


async def test_every_method_is_bound_and_acts_without_an_office_are_refused() -> None:
    registry = Registry()
    bind_care(registry, (await told()).node, Offices())  # type: ignore[arg-type]

    assert {bound.method for bound in registry} == set(CARE_METHODS)
    found = registry.find(VISIT_CANCEL.name)
    assert found is not None
    with pytest.raises(RpcFailure):
        await found.handler(VisitAct(client_ref="x", visit="76" * 39), CALLER)
