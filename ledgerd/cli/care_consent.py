"""Consent of a patient at the counter: the device signs what is sealed.

Rules: the device draws the salt; whoever keeps it can show later whose visit it was.
"""

import secrets

from ledgerd.cli.arguments import Given
from ledgerd.cli.output import note
from ledgerd.cli.wallet import Wallet
from ledgerd.primitives.consent import care_commitment, consent_digest

SALT_BYTES = 32


def add_consent(given: Given, device: Wallet) -> None:
    """Add account, salt and signed consent of a device to the parameters of an act."""
    salt = bytes.fromhex(given.get("salt") or secrets.token_hex(SALT_BYTES))
    commitment = care_commitment(bytes.fromhex(device.account), salt)
    signed = consent_digest(commitment, given["content"])
    given |= {
        "account": device.account,
        "salt": salt.hex(),
        "consent": device.sign(signed).hex(),
    }
    note(f"salt {salt.hex()}")
