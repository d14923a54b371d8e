"""What is opened never shows itself."""

from ledgerd.rpc.answers_bill import SharedFile, ShownFields


def test_opened_fields_do_not_stand_in_a_repr() -> None:
    file = SharedFile(bill="b", height=1, time_ms=2, file="deadbeef")

    assert "deadbeef" not in repr(file)
    assert "deadbeef" not in repr(ShownFields(fields="deadbeef"))
