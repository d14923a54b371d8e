"""Answers about proxies and acts for others.

Rules: as in ``answers``.
"""

from ledgerd.rpc.fields import Answer


class ProxyView(Answer, frozen=True, kw_only=True):
    """Who may act for an account.

    Attributes:
        state: in_force, over, revoked.
    """

    proxy: str
    account: str
    holder: str
    scope: tuple[str, ...]
    bills: tuple[str, ...]
    until_ms: int
    state: str


class Proxies(Answer, frozen=True, kw_only=True):
    """Proxies of an account."""

    height: int
    state_root: str
    proxies: tuple[ProxyView, ...]
    next: str | None


class AssistedView(Answer, frozen=True, kw_only=True):
    """What somebody did for an account.

    Attributes:
        by: the institution, or the proxy's account.
        operation: the published tag of what was done.
        object: what it made; empty while it waits.
        undone: a revocation ended what it had made.
    """

    act: str
    account: str
    by: str
    mandate: str
    operation: int
    state: str
    object: str
    made_ms: int
    undone: bool


class AssistedActs(Answer, frozen=True, kw_only=True):
    """What was done for an account."""

    height: int
    state_root: str
    acts: tuple[AssistedView, ...]
    next: str | None
