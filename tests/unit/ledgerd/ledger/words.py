"""What the page of operations says of one operation beyond the tables of the code."""

from typing import NamedTuple


class Words(NamedTuple):
    """What the page says of one operation beyond the tables."""

    needs: str
    effect: str
    events: tuple[str, ...]
    keys: str
    codes: tuple[str, ...]
