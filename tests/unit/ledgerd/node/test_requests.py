"""Questions to peers: matched by number and peer, given up in time."""

import trio

from ledgerd.node.requests import Requests
from ledgerd.node.sync_messages import (
    BlocksReply,
    BlocksRequest,
    SidecarsReply,
    SidecarsRequest,
)
from tests.unit.ledgerd.node.worlds import PaperTransport

NO_BLOCKS = {"first": 1, "height": 0, "blocks": (), "seals": ()}


async def test_an_answer_reaches_whoever_asked() -> None:
    paper = PaperTransport()
    requests = Requests(paper)
    answer = BlocksReply(request=1, **NO_BLOCKS)
    paper.on_offer.append(lambda offer: requests.take_reply(offer.to, answer))

    asked = BlocksRequest(request=requests.next_number(), first=1, count=1)

    assert await requests.ask_blocks("a", asked, 5) == answer


async def test_an_answer_of_another_peer_or_number_is_dropped(autojump_clock: object) -> None:
    paper = PaperTransport()
    requests = Requests(paper)

    def answer(_: object) -> None:
        requests.take_reply("b", BlocksReply(request=1, **NO_BLOCKS))
        requests.take_reply("a", BlocksReply(request=2, **NO_BLOCKS))

    paper.on_offer.append(answer)

    asked = BlocksRequest(request=requests.next_number(), first=1, count=1)
    assert await requests.ask_blocks("a", asked, 5) is None


async def test_an_answer_of_another_kind_is_none(autojump_clock: object) -> None:
    paper = PaperTransport()
    requests = Requests(paper)
    paper.on_offer.append(
        lambda offer: requests.take_reply(offer.to, SidecarsReply(request=1, sidecars=()))
    )

    asked = BlocksRequest(request=requests.next_number(), first=1, count=1)
    assert await requests.ask_blocks("a", asked, 5) is None


async def test_who_does_not_answer_is_not_waited_for_longer(autojump_clock: object) -> None:
    requests = Requests(PaperTransport())
    asked = SidecarsRequest(request=requests.next_number(), hashes=(bytes(32),))

    with trio.fail_after(6):
        assert await requests.ask_sidecars("a", asked, 5) is None
    requests.take_reply("a", SidecarsReply(request=1, sidecars=()))  # late: nobody minds
