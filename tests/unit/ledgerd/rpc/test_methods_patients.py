"""Lists of proxies and of acts for others, after a story in which both happened."""

from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.claim_operations import ConfirmPatient, EnrolPatient
from ledgerd.ledger.patient_operations import AuthoriseProxy, RevokeProxy
from ledgerd.rpc.methods_patients import PatientLists
from ledgerd.rpc.registry import ALL_SCOPES, Caller
from ledgerd.rpc.requests_patients import OfAccount
from tests.unit.ledgerd.rpc.solo_node import CREATED_MS, HOSPITAL, MEDICARE
from tests.unit.ledgerd.rpc.stories import ACCOUNT, BILL, BILL_TEXT, DOCUMENT, Story, told

CALLER = Caller("test", ALL_SCOPES)
HOLDER = b"\x0b" * 16
ASKED = OfAccount(account=ACCOUNT.hex())


async def told_of_a_proxy() -> tuple[Story, bytes]:
    story = await told()
    enrolled = EnrolPatient(
        client_ref="holder",
        account=HOLDER,
        registrar=MEDICARE,
        device_key=None,
        sealing_key=None,
        record=DOCUMENT,
    )
    await story.tell(HOSPITAL, enrolled, OperatorRole.CLERK)
    confirmed = ConfirmPatient(client_ref="holder", account=HOLDER, token=b"\x0c" * 32)
    await story.tell(MEDICARE, confirmed, OperatorRole.REVIEWER)
    given = AuthoriseProxy(
        client_ref="proxy",
        account=ACCOUNT,
        holder=HOLDER,
        scope=(32, 40),
        bills=(BILL,),
        until_ms=CREATED_MS + 86_400_000,
    )
    return story, await story.tell(ACCOUNT, given)


async def test_a_proxy_is_listed_with_its_scope_and_its_state() -> None:
    story, key = await told_of_a_proxy()
    lists = PatientLists(story.node)  # type: ignore[arg-type]

    (before,) = (await lists.proxies(ASKED, CALLER)).proxies
    ended = RevokeProxy(client_ref="end", account=ACCOUNT, proxy=key[17:])
    await story.tell(ACCOUNT, ended)
    (after,) = (await lists.proxies(ASKED, CALLER)).proxies

    assert (before.proxy, before.holder) == (key[17:].hex(), HOLDER.hex())
    assert (before.scope, before.bills) == (("grant_give", "claim_file"), (BILL_TEXT,))
    assert (before.state, after.state) == ("in_force", "revoked")


async def test_an_account_for_which_nobody_acted_has_an_empty_list() -> None:
    story, _ = await told_of_a_proxy()

    acts = await PatientLists(story.node).acts(ASKED, CALLER)  # type: ignore[arg-type]

    assert (acts.acts, acts.next) == ((), None)
