"""A small Synthea data set written to a folder: two claims, a second payer, too much cash."""

import csv
from pathlib import Path

FILES: dict[str, tuple[str, ...]] = {
    "organizations.csv": ("Id,NAME", "org-1,SAMPLE HOSPITAL"),
    "patients.csv": ("Id,FIRST,LAST,SSN", "pat-1,Sample,Person,999-00-0000"),
    "payers.csv": ("Id,NAME", "pay-m,Medicare", "pay-a,Sample Insurer A"),
    "encounters.csv": (
        "Id,START,STOP,ORGANIZATION,PAYER,ENCOUNTERCLASS,CODE",
        "enc-1,2020-01-01T00:00:00Z,2020-01-01T01:00:00Z,org-1,pay-m,ambulatory,E1",
    ),
    "medications.csv": ("CODE", "M1"),
    "procedures.csv": ("CODE", "P1"),
    "claims.csv": (
        "Id,PATIENTID,APPOINTMENTID,PRIMARYPATIENTINSURANCEID,SECONDARYPATIENTINSURANCEID,SERVICEDATE",
        "claim-1,pat-1,enc-1,pay-m,pay-a,2020-01-01T00:00:00Z",
        "claim-2,pat-1,enc-1,0,0,2020-01-02T00:00:00Z",
    ),
    "claims_transactions.csv": (
        "CLAIMID,TYPE,METHOD,AMOUNT,PAYMENTS,PROCEDURECODE,NOTES,UNITS,UNITAMOUNT,TRANSFERTYPE",
        "claim-1,CHARGE,,100.00,,E1,visit,1,100.00,1",
        "claim-1,PAYMENT,ECHECK,,80.00,E1,visit,,,",
        "claim-1,TRANSFEROUT,,,,E1,visit,,,",
        "claim-1,TRANSFERIN,,20.00,,E1,visit,,,2",
        "claim-1,PAYMENT,ECHECK,,15.50,E1,visit,,,",
        "claim-1,CHARGE,,30,,M1,tablet,3,10.00,1",
        "claim-1,PAYMENT,ECHECK,,10.00,M1,tablet,,,",
        "claim-2,CHARGE,,0.02,,V1,vaccine,1,0.02,p",
        "claim-2,PAYMENT,COPAY,,40.00,V1,vaccine,,,",
    ),
}


def write_data_set(folder: Path, **changed: tuple[str, ...]) -> Path:
    """Write the sample; ``claims=(...)`` replaces the lines of ``claims.csv``."""
    replaced = {f"{name}.csv": lines for name, lines in changed.items()}
    for name, lines in (FILES | replaced).items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def column_sums(path: Path, column: str) -> int:
    """Sum a column of amounts in cents, the slow obvious way, for comparison."""
    with path.open(newline="", encoding="utf-8") as stream:
        texts = [row[column] for row in csv.DictReader(stream)]
    return sum(round(float(text) * 100) for text in texts if text)
