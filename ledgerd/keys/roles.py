"""The roles of operator keys; a key has exactly one. Source: domain.md section 1."""

import enum


class OperatorRole(enum.StrEnum):
    """What the holder of a key does. Only OFFICE and TERMINAL keys belong on a running node."""

    OFFICE = "office"
    CLERK = "clerk"
    CASHIER = "cashier"
    REVIEWER = "reviewer"
    ADMIN = "admin"
    TERMINAL = "terminal"
