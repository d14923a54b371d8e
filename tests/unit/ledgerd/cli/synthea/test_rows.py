"""Reading a data set: exact amounts, and errors that name the place and not the content."""

from pathlib import Path

import pytest

from ledgerd.cli.synthea.rows import DataSetError, fen_of, read_data_set
from tests.cli.synthea_files import FILES, write_data_set


@pytest.mark.parametrize(
    ("text", "fen"), [("0", 0), ("1", 100), ("1.5", 150), ("77.49", 7_749), ("0.02", 2)]
)
def test_an_amount_is_read_exactly(text: str, fen: int) -> None:
    assert fen_of(text) == fen


@pytest.mark.parametrize(
    "text", ["", "-1", "1.234", "1e3", "NaN", " 1", "1 ", "１", "1,5", "99999999999"]
)
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected an amount"):
        fen_of(text)


def test_a_data_set_is_read_with_its_references(tmp_path: Path) -> None:
    data = read_data_set(write_data_set(tmp_path))

    assert [claim.source_id for claim in data.claims] == ["claim-1", "claim-2"]
    assert len(data.transactions["claim-1"]) == 7
    assert data.claims[1].primary_payer_id == ""


def test_a_name_stands_in_no_repr(tmp_path: Path) -> None:
    data = read_data_set(write_data_set(tmp_path))

    assert "Sample Person" not in repr(data)


@pytest.mark.parametrize(
    ("name", "row", "message"),
    [
        ("claims_transactions", "claim-1,CHARGE,,1.005,,E1,x,1,1.00,1", "line 11 column AMOUNT"),
        ("claims_transactions", "claim-1,REFUND,,1.00,,E1,x,1,1.00,1", "column TYPE"),
        ("claims_transactions", "claim-9,CHARGE,,1.00,,E1,x,1,1.00,1", "a claim that is not there"),
        ("claims_transactions", "claim-1,CHARGE", "another number of fields"),
        ("claims", "claim-3,pat-9,enc-1,0,0,2020", "a patient that is not there"),
        ("claims", "claim-3,pat-1,enc-9,0,0,2020", "an encounter or organisation"),
        ("claims", "claim-3,pat-1,enc-1,pay-9,0,2020", "a payer that is not there"),
        ("claims", f"claim-3,pat-1,enc-1,0,0,{'9' * 5_000}", "over 4096 characters"),
    ],
)
def test_a_bad_row_is_an_error_that_names_its_place(
    tmp_path: Path, name: str, row: str, message: str
) -> None:
    write_data_set(tmp_path, **{name: (*FILES[f"{name}.csv"], row)})

    with pytest.raises(DataSetError, match=message):
        read_data_set(tmp_path)


def test_a_missing_file_and_a_missing_column_are_errors(tmp_path: Path) -> None:
    write_data_set(tmp_path, payers=("Id", "pay-m"))
    with pytest.raises(DataSetError, match=r"payers\.csv: column NAME is missing"):
        read_data_set(tmp_path)

    (tmp_path / "payers.csv").unlink()
    with pytest.raises(DataSetError, match=r"payers\.csv: cannot be read: no such file"):
        read_data_set(tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"), [(b"Id,NAME\n\xff,x\n", "not UTF-8"), (b'Id,NAME\n"x,y\n', "not CSV")]
)
def test_a_file_of_another_kind_is_an_error_in_words(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (write_data_set(tmp_path) / "payers.csv").write_bytes(content)

    with pytest.raises(DataSetError, match=rf"payers\.csv: cannot be read: {reason}"):
        read_data_set(tmp_path)
