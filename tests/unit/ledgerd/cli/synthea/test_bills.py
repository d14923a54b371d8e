"""What a claim of a data set becomes."""

import os
from pathlib import Path

import pytest

from ledgerd.cli.synthea.bills import PayerShare, Totals, bills_of, totals_of
from ledgerd.cli.synthea.categories import read_category_table
from ledgerd.cli.synthea.rows import DataSetError, read_data_set
from tests.cli.synthea_files import FILES, column_sums, write_data_set
from tests.tidy.source import ROOT

TABLE = read_category_table(ROOT / "configs" / "synthea_categories.toml")
REAL = Path(os.environ.get("SYNTHEA_DIR", ROOT.parent / "shared" / "data" / "synthea"))


def test_a_claim_becomes_a_bill_with_a_line_for_each_charge(tmp_path: Path) -> None:
    first, second = bills_of(read_data_set(write_data_set(tmp_path)), TABLE)

    assert [line.category for line in first.lines] == ["02", "09"]
    assert first.category_sums_fen == {"02": 10_000, "09": 3_000}
    assert first.total_fen == 13_000
    assert second.category_sums_fen == {"09": 2}


def test_what_comes_behind_a_transfer_of_type_2_is_the_second_payers(tmp_path: Path) -> None:
    first, _ = bills_of(read_data_set(write_data_set(tmp_path)), TABLE)

    assert first.shares == (PayerShare("pay-m", True, 9_000), PayerShare("pay-a", False, 1_550))
    assert first.public_fen == 9_000
    assert first.patient_fen == 13_000 - 9_000 - 1_550


def test_cash_above_the_charge_is_counted_and_not_put_on_the_bill(tmp_path: Path) -> None:
    _, second = bills_of(read_data_set(write_data_set(tmp_path)), TABLE)

    assert second.patient_fen == 2
    assert second.overpaid_fen == 3_998


def test_the_amount_of_a_line_is_its_quantity_times_its_price(tmp_path: Path) -> None:
    first, _ = bills_of(read_data_set(write_data_set(tmp_path)), TABLE)

    tablets = first.lines[1]
    assert tablets.quantity * tablets.unit_price == tablets.amount_fen * 10**6


@pytest.mark.parametrize(
    "row",
    ["claim-2,PAYMENT,ECHECK,,0.01,V1,x,,,", "claim-1,PAYMENT,ECHECK,,900.00,E1,x,,,"],
    ids=["no payer is named", "more than was charged"],
)
def test_money_of_payers_that_cannot_be_is_an_error(tmp_path: Path, row: str) -> None:
    rows = (*FILES["claims_transactions.csv"], row)
    data = read_data_set(write_data_set(tmp_path, claims_transactions=rows))

    with pytest.raises(DataSetError):
        bills_of(data, TABLE)


@pytest.mark.skipif(not REAL.is_dir(), reason="the Synthea sample is not beside this repository")
def test_the_sums_of_the_real_data_set_are_those_of_its_files() -> None:
    bills = bills_of(read_data_set(REAL), TABLE)
    transactions = REAL / "claims_transactions.csv"

    totals = totals_of(bills)

    assert totals == Totals(
        bill_count=852,
        line_count=1_035,
        charged_fen=58_425_753,
        settled_fen=totals.settled_fen,
        claimed_fen=totals.claimed_fen,
        overpaid_fen=410_846,
    )
    assert totals.settled_fen + totals.claimed_fen == 969_965
    paid_fen = column_sums(transactions, "PAYMENTS")
    assert totals.charged_fen + totals.overpaid_fen == paid_fen
