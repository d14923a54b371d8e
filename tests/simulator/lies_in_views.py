"""Lies about views: what was prepared, who wants to leave, what a new view builds on.

Rules of this file: benders get what the replica inside would say and return what is said instead;
talkers are asked now and then what they want to say of their own accord.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from consensus import Certificate, Rank, SequenceNumber, View
from consensus.messages import Claim, NewView, Prepare, ViewChange
from consensus.signing import new_view_payload
from tests.simulator.forging import MARKER, Said, any_digest, bare_claim, signed

if TYPE_CHECKING:
    from tests.simulator.adversaries import DishonestHost

HUGE = 10**9
SPAM_COUNT = 8  # view changes at a time


def lying_view_change(host: "DishonestHost", said: Said) -> Said:
    """Leave out, age, invent or mutilate the certificate."""
    return [
        (target, _lie(host, message) if isinstance(message, ViewChange) else message)
        for target, message in said
    ]


def _lie(host: "DishonestHost", message: ViewChange) -> ViewChange:
    """Leave the certificate out, or age, invent, truncate, duplicate or swap it."""
    membership, claim, certificate = host.world.membership, message.claim, message.certificate
    if certificate is None or host.rng.random() < 0.3:
        root = replace(claim, rank=membership.root_rank, digest=membership.root_digest)
        return signed(host, ViewChange(root, None))
    lie = host.rng.choice((_omitted, _aged, _higher, _truncated, _duplicated, _invented, _swapped))
    return signed(host, lie(host, claim, certificate))


def _omitted(_host: "DishonestHost", claim: Claim, _certificate: Certificate) -> ViewChange:
    """The claim is true; its proof is missing."""
    return ViewChange(claim, None)


def _aged(host: "DishonestHost", claim: Claim, certificate: Certificate) -> ViewChange:
    older = [m.certificate for m in host.seen if isinstance(m, ViewChange) and m.certificate]
    old = host.rng.choice(older) if older else certificate
    return ViewChange(replace(claim, rank=old.rank, digest=old.digest), old)


def _higher(_host: "DishonestHost", claim: Claim, certificate: Certificate) -> ViewChange:
    rank = Rank(View(claim.new_view - 1), SequenceNumber(claim.rank.sequence + 1))
    return ViewChange(replace(claim, rank=rank), certificate)


def _truncated(_host: "DishonestHost", claim: Claim, certificate: Certificate) -> ViewChange:
    return ViewChange(claim, replace(certificate, signatures=certificate.signatures[:-1]))


def _duplicated(_host: "DishonestHost", claim: Claim, certificate: Certificate) -> ViewChange:
    """One voter twice, in the place of another."""
    doubled = (*certificate.signatures[:-1], certificate.signatures[0])
    return ViewChange(claim, replace(certificate, signatures=doubled))


def _invented(host: "DishonestHost", claim: Claim, certificate: Certificate) -> ViewChange:
    """A batch of its own, prepared by nobody, in the last view of all."""
    rank = Rank(View(claim.new_view - 1), SequenceNumber(certificate.sequence + 1))
    digest = any_digest(host)
    forged = tuple((replica, host.rng.randbytes(64)) for replica, _ in certificate.signatures)
    invented = Certificate(certificate.kind, claim.epoch, *rank, digest, forged)
    return ViewChange(replace(claim, rank=rank, digest=digest), invented)


def _swapped(host: "DishonestHost", claim: Claim, certificate: Certificate) -> ViewChange:
    """Real votes under another digest."""
    digest = any_digest(host)
    return ViewChange(replace(claim, digest=digest), replace(certificate, digest=digest))


def lying_new_view(host: "DishonestHost", said: Said) -> Said:
    """Send new views with too few, doubled or chosen claims, or a lower certificate."""
    return [
        (target, _bend_new_view(host, message) if isinstance(message, NewView) else message)
        for target, message in said
    ]


def _bend_new_view(host: "DishonestHost", message: NewView) -> NewView:
    """Omit, double, reorder or invent claims, take other ones, or a lower certificate."""
    if message.view <= 0 or host.world.membership.primary_of(message.view) != host.replica_id:
        return message
    claims = message.claims
    lies = (
        replace(message, claims=claims[:-1]),
        replace(message, claims=(*claims[:-1], claims[0])),
        replace(message, claims=claims[::-1]),
        replace(message, claims=(*claims[:-1], _invented_claim(host, claims[-1]))),
        replace(message, certificate=None),
        replace(message, claims=_other_claims(host, message) or claims),
    )
    return signed(host, host.rng.choice(lies))


def _invented_claim(host: "DishonestHost", claim: Claim) -> Claim:
    """Another member says the root, or that it has the highest rank; its signature is made up."""
    membership = host.world.membership
    rank = host.rng.choice((membership.root_rank, Rank(View(claim.new_view - 1), HUGE)))
    return replace(claim, rank=rank, signature=host.rng.randbytes(64))


def _other_claims(host: "DishonestHost", message: NewView) -> tuple[Claim, ...]:
    """Another quorum than the one that was told to others, in part at least."""
    seen = [m.claim for m in host.seen if isinstance(m, ViewChange)]
    fitting = {claim.replica: claim for claim in seen if claim.new_view == message.view}
    order = sorted(fitting)
    host.rng.shuffle(order)
    return tuple(fitting[replica] for replica in sorted(order[: host.world.membership.quorum]))


# --- unasked -------------------------------------------------------------------------------------


def huge_view(host: "DishonestHost") -> Said:
    """Go far away, alone, or vote there."""
    view = View(host.rng.choice((HUGE, 2**62, host.rng.randrange(2, 40))))
    if host.rng.random() < 0.7:
        return bare_claim(host, view)
    vote = Prepare(
        host.replica_id,
        host.world.membership.epoch,
        view,
        SequenceNumber(1),
        any_digest(host),
        MARKER,
    )
    message = signed(host, vote)
    return [(target, message) for target in host.world.peers_of(host)]


def view_change_spam(host: "DishonestHost") -> Said:
    """Want every next view at once, and each one a second time with another claim."""
    first = max((m.claim.new_view for m in host.seen if isinstance(m, ViewChange)), default=1)
    said: Said = []
    for offset in range(1, SPAM_COUNT + 1):
        view = View(min(first + offset, HUGE))
        said += bare_claim(host, view)
        if host.latest is not None and host.latest.view < view:
            own = Claim(
                host.replica_id,
                host.latest.epoch,
                view,
                host.latest.rank,
                host.latest.digest,
                MARKER,
            )
            other = signed(host, ViewChange(own, host.latest))
            said += [(target, other) for target in host.world.peers_of(host)]
    return said


def echoing(host: "DishonestHost") -> Said:
    """Second every complaint, so that one mistaken backup is a weak quorum."""
    views = [m.claim.new_view for m in host.seen if isinstance(m, ViewChange)]
    if not views:
        return []
    return bare_claim(host, max(views))


def foreign_new_view(host: "DishonestHost") -> Said:
    """Open a view that is another member's to open, with the claims that everybody has."""
    claims = [m.claim for m in host.seen if isinstance(m, ViewChange)]
    if not claims:
        return []
    view = host.rng.choice(claims).new_view
    fitting = {claim.replica: claim for claim in claims if claim.new_view == view}
    chosen = tuple(fitting[replica] for replica in sorted(fitting))
    key = host.world.keys.signers[host.replica_id]
    unsigned = NewView(host.world.membership.epoch, view, chosen, None, bytes(64))
    payload = new_view_payload(host.world.membership, unsigned)
    message = replace(unsigned, signature=key.sign(payload))
    return [(target, message) for target in host.world.peers_of(host)]


def late_new_view(host: "DishonestHost") -> Said:
    """Open an own view of the past on a certificate that came after it."""
    membership, latest, me = host.world.membership, host.latest, host.replica_id
    views = [v for v in host.claims if v >= 0 and membership.primary_of(v) == me]
    if latest is None or not views:
        return []
    view = host.rng.choice(views)
    own = Claim(me, membership.epoch, view, latest.rank, latest.digest, MARKER)
    claims = {**host.claims[view], me: signed(host, ViewChange(own, latest)).claim}
    chosen = tuple(claims[replica] for replica in sorted(claims))
    message = signed(host, NewView(membership.epoch, view, chosen, latest, MARKER))
    return [(target, message) for target in host.world.peers_of(host)]


BENDERS: dict[str, Callable[[Any, Said], Said]] = {
    "lying view change": lying_view_change,
    "lying new view": lying_new_view,
}
TALKERS: dict[str, Callable[[Any], Said]] = {
    "huge view": huge_view,
    "view change spam": view_change_spam,
    "echoing": echoing,
    "foreign new view": foreign_new_view,
    "late new view": late_new_view,
}
