"""Names of a data set on the ledger."""

import pytest
from stdnum.cn import uscc

from ledgerd.cli.synthea.names import fund_code, institution_id_of, printable


@pytest.mark.parametrize("kind", ["hospital", "insurer"])
@pytest.mark.parametrize("source_id", ["a", "b", "5e765f2b-e908-3888-9fc7-df2cb87beb58"])
def test_an_institution_has_a_valid_code_of_no_region_and_the_same_every_time(
    kind: str, source_id: str
) -> None:
    made = institution_id_of(kind, source_id)

    assert uscc.is_valid(made)
    assert made[2:8] == "990000"
    assert made == institution_id_of(kind, source_id)


def test_two_institutions_of_a_data_set_have_different_codes() -> None:
    made = {institution_id_of("hospital", str(number)) for number in range(1_000)}

    assert len(made) == 1_000


def test_a_fund_is_named_after_its_payer() -> None:
    assert fund_code("Dual Eligible") == "dual-eligible"


def test_a_name_is_cut_to_what_a_block_takes() -> None:
    assert printable("KLINIKUM MÜNCHEN") == "KLINIKUM M?NCHEN"
    assert len(printable("x" * 100)) == 64
