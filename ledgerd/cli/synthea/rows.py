"""The CSV files of a Synthea data set as typed rows, read once and checked while reading.

Rules: nothing is repaired silently: a missing column, an amount with more than two decimals or a
reference to an unknown row is a ``DataSetError`` that names file and line, never the content (the
rows hold names and diagnoses). Only the columns that the importer uses are read.

Source: the CSV data dictionary of Synthea (MITRE).
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ledgerd.errors import LedgerdError

FIELD_CHARACTERS_MAX = 4_096  # longer than any name or note; a file of another kind ends here
_AMOUNT = re.compile(r"(\d{1,10})(?:\.(\d{1,2}))?\Z")  # ASCII digits are checked beside it


class DataSetError(LedgerdError):
    """The data set is not what it should be; says file, line and column, never the content."""


@dataclass(frozen=True, slots=True)
class Organization:
    """A hospital of the data set."""

    source_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Patient:
    """A synthetic patient; the name never appears in a repr."""

    source_id: str
    name: str = field(repr=False)
    identity_number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Encounter:
    """Where a claim belongs: gives organisation, class and payer, never amounts."""

    source_id: str
    organization_id: str
    payer_id: str
    encounter_class: str
    start: str
    stop: str


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim: whose it is, its encounter and its payers (empty: none)."""

    source_id: str
    patient_id: str
    encounter_id: str
    primary_payer_id: str
    secondary_payer_id: str
    service_date: str


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """A movement on a claim.

    Attributes:
        kind: CHARGE, PAYMENT, TRANSFEROUT or TRANSFERIN.
        method: of a payment: COPAY, CASH, CC, CHECK or ECHECK; else empty.
        charged_fen: the amount of a charge; 0 for other kinds.
        paid_fen: the amount of a payment; 0 for other kinds.
        transfer_type: to whom the rest moves: 1, 2, p or empty.
    """

    claim_id: str
    kind: str
    method: str
    code: str
    note: str = field(repr=False)
    charged_fen: int
    paid_fen: int
    unit_count: int
    unit_price_fen: int
    transfer_type: str


@dataclass(frozen=True)
class DataSet:
    """A whole data set; ``claims`` in file order, each with its transactions in file order."""

    organizations: dict[str, Organization]
    patients: dict[str, Patient]
    payers: dict[str, str]
    encounters: dict[str, Encounter]
    claims: tuple[ClaimRow, ...]
    transactions: dict[str, tuple[TransactionRow, ...]]
    medication_codes: frozenset[str]
    procedure_codes: frozenset[str]
    encounter_codes: frozenset[str]


def fen_of(text: str) -> int:
    """Convert a decimal amount of at most two places to fen (here: cents), exactly.

    Raises:
        ValueError: not such an amount. No float is ever made of it.
    """
    match = _AMOUNT.match(text)
    if match is None or not text.isascii():
        raise ValueError("expected an amount such as 12.34")
    whole, fraction = match.groups(default="")
    return int(whole) * 100 + int(fraction.ljust(2, "0") or "0")


class _Table:
    """One file: iterates over its rows and says where it stands when something is wrong."""

    def __init__(self, folder: Path, name: str, columns: tuple[str, ...]) -> None:
        self._path = folder / name
        self._columns = columns
        self._line = 1

    def __iter__(self) -> Iterator[dict[str, str]]:
        try:
            with self._path.open(encoding="utf-8", newline="") as stream:
                yield from self._rows(csv.DictReader(stream, strict=True))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise DataSetError(f"{self._path.name}: cannot be read: {_in_words(error)}") from error

    def _rows(self, reader: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
        missing = [c for c in self._columns if c not in (reader.fieldnames or ())]
        if missing:
            raise DataSetError(f"{self._path.name}: column {missing[0]} is missing")
        for row in reader:
            self._line = reader.line_num
            if None in row or None in row.values():
                raise self.error("has another number of fields than its heading")
            if max(map(len, row.values()), default=0) > FIELD_CHARACTERS_MAX:
                raise self.error(f"has a field of over {FIELD_CHARACTERS_MAX} characters")
            yield row

    def error(self, problem: str) -> DataSetError:
        return DataSetError(f"{self._path.name}: line {self._line} {problem}")

    def fen(self, row: dict[str, str], column: str) -> int:
        try:
            return fen_of(row[column])
        except ValueError as error:
            raise self.error(f"column {column}: {error}") from error


def _in_words(error: OSError | UnicodeDecodeError | csv.Error) -> str:
    """Say why a file cannot be read, without the content that the system's texts may quote."""
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, OSError):
        return str(error.strerror)
    return "not UTF-8" if isinstance(error, UnicodeDecodeError) else "not CSV"


def read_data_set(folder: Path) -> DataSet:
    """Read the files that the importer needs.

    Raises:
        DataSetError: a file is missing or malformed, or a row refers to one that is not there.
    """
    encounters, encounter_codes = _encounters(folder)
    data = DataSet(
        organizations=_organizations(folder),
        patients=_patients(folder),
        payers=_payers(folder),
        encounters=encounters,
        claims=_claims(folder),
        transactions=_transactions(folder),
        medication_codes=_codes(folder, "medications.csv"),
        procedure_codes=_codes(folder, "procedures.csv"),
        encounter_codes=encounter_codes,
    )
    _check_references(data)
    return data


def _organizations(folder: Path) -> dict[str, Organization]:
    table = _Table(folder, "organizations.csv", ("Id", "NAME"))
    return {row["Id"]: Organization(row["Id"], row["NAME"]) for row in table}


def _patients(folder: Path) -> dict[str, Patient]:
    table = _Table(folder, "patients.csv", ("Id", "FIRST", "LAST", "SSN"))
    return {
        row["Id"]: Patient(row["Id"], f"{row['FIRST']} {row['LAST']}", row["SSN"]) for row in table
    }


def _payers(folder: Path) -> dict[str, str]:
    return {row["Id"]: row["NAME"] for row in _Table(folder, "payers.csv", ("Id", "NAME"))}


def _encounters(folder: Path) -> tuple[dict[str, Encounter], frozenset[str]]:
    columns = ("Id", "START", "STOP", "ORGANIZATION", "PAYER", "ENCOUNTERCLASS", "CODE")
    found: dict[str, Encounter] = {}
    codes: set[str] = set()
    for row in _Table(folder, "encounters.csv", columns):
        found[row["Id"]] = Encounter(
            source_id=row["Id"],
            organization_id=row["ORGANIZATION"],
            payer_id=row["PAYER"],
            encounter_class=row["ENCOUNTERCLASS"],
            start=row["START"],
            stop=row["STOP"],
        )
        codes.add(row["CODE"])
    return found, frozenset(codes)


def _claims(folder: Path) -> tuple[ClaimRow, ...]:
    columns = (
        "Id", "PATIENTID", "APPOINTMENTID", "PRIMARYPATIENTINSURANCEID",
        "SECONDARYPATIENTINSURANCEID", "SERVICEDATE",
    )  # fmt: skip
    return tuple(
        ClaimRow(
            source_id=row["Id"],
            patient_id=row["PATIENTID"],
            encounter_id=row["APPOINTMENTID"],
            primary_payer_id=_payer_or_none(row["PRIMARYPATIENTINSURANCEID"]),
            secondary_payer_id=_payer_or_none(row["SECONDARYPATIENTINSURANCEID"]),
            service_date=row["SERVICEDATE"],
        )
        for row in _Table(folder, "claims.csv", columns)
    )


def _payer_or_none(text: str) -> str:
    return "" if text == "0" else text  # the data set writes 0 for "no insurance"


def _transactions(folder: Path) -> dict[str, tuple[TransactionRow, ...]]:
    columns = (
        "CLAIMID", "TYPE", "METHOD", "AMOUNT", "PAYMENTS", "PROCEDURECODE", "NOTES", "UNITS",
        "UNITAMOUNT", "TRANSFERTYPE",
    )  # fmt: skip
    table = _Table(folder, "claims_transactions.csv", columns)
    by_claim: dict[str, list[TransactionRow]] = {}
    for row in table:
        by_claim.setdefault(row["CLAIMID"], []).append(_transaction(table, row))
    return {claim_id: tuple(rows) for claim_id, rows in by_claim.items()}


def _transaction(table: _Table, row: dict[str, str]) -> TransactionRow:
    kind = row["TYPE"]
    if kind not in ("CHARGE", "PAYMENT", "TRANSFEROUT", "TRANSFERIN"):
        raise table.error("column TYPE: not a kind of transaction that is known here")
    is_charge = kind == "CHARGE"
    return TransactionRow(
        claim_id=row["CLAIMID"],
        kind=kind,
        method=row["METHOD"],
        code=row["PROCEDURECODE"],
        note=row["NOTES"],
        charged_fen=table.fen(row, "AMOUNT") if is_charge else 0,
        paid_fen=table.fen(row, "PAYMENTS") if kind == "PAYMENT" else 0,
        unit_count=table.fen(row, "UNITS") // 100 if is_charge else 0,
        unit_price_fen=table.fen(row, "UNITAMOUNT") if is_charge else 0,
        transfer_type=row["TRANSFERTYPE"],
    )


def _codes(folder: Path, name: str) -> frozenset[str]:
    return frozenset(row["CODE"] for row in _Table(folder, name, ("CODE",)))


def _check_references(data: DataSet) -> None:
    for number, claim in enumerate(data.claims, start=1):
        where = f"claims.csv: claim {number}"
        encounter = data.encounters.get(claim.encounter_id)
        if encounter is None or encounter.organization_id not in data.organizations:
            raise DataSetError(f"{where} names an encounter or organisation that is not there")
        if claim.patient_id not in data.patients:
            raise DataSetError(f"{where} names a patient that is not there")
        for payer_id in (claim.primary_payer_id, claim.secondary_payer_id):
            if payer_id and payer_id not in data.payers:
                raise DataSetError(f"{where} names a payer that is not there")
    unknown = set(data.transactions) - {claim.source_id for claim in data.claims}
    if unknown:
        raise DataSetError("claims_transactions.csv: a row names a claim that is not there")
