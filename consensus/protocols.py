"""The protocols of one replica, side by side; none of them knows another.

Source: style.md section 4, floor 4.
"""

from dataclasses import dataclass

from consensus.checkpointing import Checkpointing
from consensus.fetching import Fetching
from consensus.hearing import Hearing
from consensus.links import Links
from consensus.messages import Status
from consensus.obligations import Obligations
from consensus.ordering import Ordering
from consensus.repeating import Known, Repeating, make_status
from consensus.signing import Verifier
from consensus.state import State
from consensus.statements import Statements
from consensus.timers import Now
from consensus.view_change import ViewChanges
from consensus.witness import Witness


@dataclass(frozen=True, slots=True)
class Protocols:
    """Each has its own state, and reads the shared one."""

    ordering: Ordering
    checkpointing: Checkpointing
    views: ViewChanges
    obligations: Obligations
    hearing: Hearing
    links: Links
    witness: Witness
    statements: Statements
    repeating: Repeating
    fetching: Fetching

    def resume(self, state: State) -> None:
        """Take up what the log has brought back into the shared state."""
        if state.reign.view_change is not None:
            self.views.remember(state.reign.view_change)
        for checkpoint in state.guard.checkpoints():
            self.checkpointing.remember(checkpoint)
        for proof in (state.proofs.highest, state.proofs.commit):
            if proof is not None:
                self.witness.on_certificate(proof)
        self.ordering.resume()

    def forget(self) -> None:
        """Drop what the low watermark answers for."""
        self.ordering.forget()
        self.checkpointing.forget()
        self.repeating.forget()


def build_protocols(state: State, verifier: Verifier) -> Protocols:
    """Put together the protocols around one state."""
    return Protocols(
        ordering=Ordering(state),
        checkpointing=Checkpointing(state),
        views=ViewChanges(state),
        obligations=Obligations(state),
        hearing=Hearing(state),
        links=Links(state),
        witness=Witness(state, verifier),
        statements=Statements(state.membership, verifier),
        repeating=Repeating(state),
        fetching=Fetching(state),
    )


def say_status(state: State, protocols: Protocols, now: Now) -> Status:
    """Say where this replica stands."""
    known = Known(
        links_down=protocols.links.named(now.monotonic_ms),
        owed=protocols.obligations.named(),
        votes=protocols.witness.newest(),
        claims=protocols.views.claims(),
    )
    return make_status(state, known)
