"""What stands in the sealed letters of a case, for those who seal and those who open.

Rules: nothing of it appears in a ``repr``.
"""

from typing import Annotated, Final

from msgspec import Meta

from ledgerd.primitives.canonical import Canonical, Hash32

LETTER_BYTES_MAX: Final = 65_536


class CaseParty(Canonical, frozen=True, kw_only=True):
    """A party and its salt."""

    party: Annotated[str, Meta(max_length=32)]
    salt: Hash32

    def __repr__(self) -> str:
        return "CaseParty(...)"


class CaseLetter(Canonical, frozen=True, kw_only=True):
    """What a letter of a case says; parties stand in the subject and in an assignee's file."""

    text: Annotated[str, Meta(max_length=LETTER_BYTES_MAX)]
    parties: Annotated[tuple[CaseParty, ...], Meta(max_length=8)] = ()

    def __repr__(self) -> str:
        return "CaseLetter(...)"
