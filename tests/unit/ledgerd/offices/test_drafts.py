"""A draft shows its operations and nothing that is sealed."""

from ledgerd.offices.drafts import Draft, no_notes


def test_a_draft_does_not_show_sidecars_or_notes() -> None:
    draft = Draft((), (b"sealed bytes",), b"taken")

    assert "sealed" not in repr(draft)
    assert draft.notes is no_notes
    assert draft.notes() == {}
