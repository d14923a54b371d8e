"""The results of the methods of alerts and cases.

Rules: as in ``answers``. Sealed words stand only in ``CaseOpened``.
"""

from ledgerd.rpc.fields import Answer


class AlertView(Answer, frozen=True, kw_only=True):
    """One alert; ``case`` is empty while none was opened from it."""

    alert: str
    author: str
    rule: str
    result: str
    raised_ms: int
    case: str = ""


class AlertFound(Answer, frozen=True, kw_only=True):
    """One alert and where it was read."""

    height: int
    state_root: str
    alert: AlertView


class Alerts(Answer, frozen=True, kw_only=True):
    """A page of alerts."""

    height: int
    state_root: str
    alerts: tuple[AlertView, ...]
    next: str | None


class CaseStepView(Answer, frozen=True, kw_only=True):
    """One step of a case; ``institution`` is empty for a patient's."""

    step: str
    institution: str
    time_ms: int


class CaseView(Answer, frozen=True, kw_only=True):
    """What everybody may know of a case."""

    case: str
    opener: str
    rule: str
    state: str
    opened_ms: int
    deadline_ms: int
    assignee: str
    party_count: int
    holds: tuple[str, ...]
    alert: str
    steps: tuple[CaseStepView, ...]


class CaseFound(Answer, frozen=True, kw_only=True):
    """One case and where it was read."""

    height: int
    state_root: str
    case: CaseView


class Cases(Answer, frozen=True, kw_only=True):
    """A page of cases."""

    height: int
    state_root: str
    cases: tuple[CaseView, ...]
    next: str | None


class SealedLetter(Answer, frozen=True, kw_only=True):
    """One sealed document of a case: its commitments and its bytes (hex; empty when not here)."""

    step: str
    root: str
    key: str
    sidecar: str


class CaseLetters(Answer, frozen=True, kw_only=True):
    """The sealed documents of a case, in the order of its steps."""

    height: int
    state_root: str
    letters: tuple[SealedLetter, ...]


class LetterOpened(Answer, frozen=True, kw_only=True):
    """One document in the open."""

    step: str
    text: str

    def __repr__(self) -> str:
        return f"LetterOpened({self.step!r})"


class PartyOpened(Answer, frozen=True, kw_only=True):
    """A party of a case and the salt with which it can object."""

    party: str
    salt: str

    def __repr__(self) -> str:
        return "PartyOpened(...)"


class CaseOpened(Answer, frozen=True, kw_only=True):
    """What an entitled reader may know of a case."""

    case: str
    letters: tuple[LetterOpened, ...]
    parties: tuple[PartyOpened, ...]
