"""The results of the methods on consent, on showing a bill in part, and of the check.

Rules: as in ``answers``. What is opened stands in ``SharedFile`` only.
"""

from ledgerd.rpc.fields import Answer


class ShownFields(Answer, frozen=True, kw_only=True):
    """Chosen fields with salts and ways (hex), as the office opened them: personal."""

    fields: str

    def __repr__(self) -> str:
        return "ShownFields(...)"


class SharedFile(Answer, frozen=True, kw_only=True):
    """A file (hex) that shows chosen fields of a bill and proves them: personal, never logged."""

    bill: str
    height: int
    time_ms: int
    file: str

    def __repr__(self) -> str:
        return "SharedFile(...)"


class CheckAnswer(Answer, frozen=True, kw_only=True):
    """What the check of five elements gave.

    Attributes:
        result: ``genuine``; or ``not_confirmed``: an element is wrong, there is no such bill, or
            this node cannot read it (ask its issuer or finance).
        state: ``valid``, ``reversed`` or ``voided`` of a genuine bill, else empty.
    """

    result: str
    state: str


class AccessView(Answer, frozen=True, kw_only=True):
    """One way by which somebody may read a bill.

    Attributes:
        reader: an institution; empty for the owner's devices.
        because: ``issued``, ``supervised``, ``settled``, ``granted``, ``reported`` or ``owns``.
        state: ``in_force``, ``expired`` or ``revoked``.
        delivered: how many deliveries of keys were made for it.
        deliverers: who made them.
    """

    reader: str
    parts: str
    because: str
    state: str
    purpose: str = ""
    grant: str = ""
    until_ms: int | None = None
    delivered: int = 0
    deliverers: tuple[str, ...] = ()


class AccessAnswer(Answer, frozen=True, kw_only=True):
    """Who may read a bill, and to whom keys were delivered.

    What somebody has opened cannot be called back: a revoked grant stops further deliveries only.
    """

    height: int
    state_root: str
    bill: str
    access: tuple[AccessView, ...]


class DeviceKeys(Answer, frozen=True, kw_only=True):
    """Sealed documents (hex) with keys for devices of a bill's owner; a device tries each."""

    height: int
    state_root: str
    documents: tuple[str, ...]
