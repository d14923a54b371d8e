"""Refusals: coded, certain, and plain about whether trying again helps."""

import pytest

from ledgerd.node.refusals import FINAL_CODES, RefusalCode, SubmitRefused


@pytest.mark.parametrize("code", list(RefusalCode), ids=lambda code: code.value)
def test_a_refusal_is_retryable_unless_the_transaction_itself_is_wrong(code: RefusalCode) -> None:
    assert code.is_retryable is (code not in FINAL_CODES)


def test_a_refusal_carries_its_code_and_its_words() -> None:
    refused = SubmitRefused(RefusalCode.POOL_FULL, "later")

    assert (refused.code, str(refused), refused.receipts) == (RefusalCode.POOL_FULL, "later", ())


def test_the_published_names_are_all_different() -> None:
    assert len({code.value for code in RefusalCode}) == len(RefusalCode)
