"""Answers on evidence are plain data that JSON can hold."""

import msgspec

from ledgerd.rpc import answers_evidence as ae


def test_answers_go_through_json_unchanged() -> None:
    proof = ae.EvidenceView(
        evidence="name",
        institution="33010001",
        kind="commit",
        epoch=0,
        view=1,
        sequence=2,
        digests=("00", "01"),
    )
    page = ae.EvidenceList(evidence=(proof,), next="name")
    answer = ae.EvidenceAnswer(proof=proof, file="00")

    assert msgspec.json.decode(msgspec.json.encode(page), type=ae.EvidenceList) == page
    assert msgspec.json.decode(msgspec.json.encode(answer), type=ae.EvidenceAnswer) == answer


def test_the_last_page_says_that_it_is_the_last() -> None:
    assert b'"next":null' in msgspec.json.encode(ae.EvidenceList(evidence=()))
