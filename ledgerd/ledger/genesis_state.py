"""The state of height 0, made from the genesis file.

Rules: a fixed function of the genesis value; parameters and institutions, nothing else.

Source: architecture.md section 3.
"""

from ledgerd.chain.genesis import Genesis
from ledgerd.ledger import state_keys
from ledgerd.ledger.objects import InstitutionRecord
from ledgerd.primitives.canonical import encode


def genesis_state(genesis: Genesis) -> dict[bytes, bytes]:
    """Give every key of the first state with its value, sorted by key."""
    validators = {validator.institution_id for validator in genesis.validators}
    state = {state_keys.PARAMS_KEY: encode(genesis.params)}
    for institution in genesis.institutions:
        record = InstitutionRecord(
            institution=institution,
            is_validator=institution.institution_id in validators,
        )
        state[state_keys.institution_key(institution.institution_id)] = encode(record)
    return dict(sorted(state.items()))
