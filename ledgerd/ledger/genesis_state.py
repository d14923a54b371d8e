"""The state of height 0, made from the genesis file.

Rules: a fixed function of the genesis value; parameters, institutions and who decides.

Source: architecture.md section 3.
"""

from ledgerd.chain.genesis import Genesis
from ledgerd.ledger import state_keys
from ledgerd.ledger.governance_objects import Elector, Electorate, InstitutionRecord
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
    electors = tuple(
        Elector(institution=institution.institution_id, kind=institution.kind)
        for institution in genesis.institutions
        if institution.institution_id in validators
    )
    state[state_keys.ELECTORATE_KEY] = encode(Electorate(electors=electors))
    return dict(sorted(state.items()))
