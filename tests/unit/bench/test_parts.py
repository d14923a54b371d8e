"""Whose time it is: stacks, innermost frame first."""

from tests.bench.parts import LOOP, NAMES, PARTS, is_waiting, part_of, place_of, shares_percent

HASHING = ("/x/ledgerd/primitives/hashing.py", "digest")
TREE = ("/x/ledgerd/primitives/tree_update.py", "run")
EXECUTOR = ("/x/ledgerd/node/executor.py", "execute")
TRIO = ("/lib/trio/_core/_run.py", "unrolled_run")


def test_what_only_serves_others_belongs_to_the_innermost_part_that_called_it() -> None:
    assert part_of([HASHING, TREE, EXECUTOR, TRIO]) == "tree"
    assert part_of([HASHING, EXECUTOR, TRIO]) == "rules"


def test_what_nobody_of_ours_called_is_the_loop() -> None:
    assert part_of([TRIO, ("/x/ledgerd/daemon.py", "run_home")]) == LOOP
    assert part_of([]) == LOOP


def test_every_part_of_the_table_has_its_line_in_the_report() -> None:
    assert {part for _, part in PARTS if part} | {LOOP} == set(NAMES)


def test_a_place_is_the_innermost_function_of_ours() -> None:
    assert place_of([("/lib/msgspec.py", "x"), TREE]) == "primitives/tree_update.py:run"


def test_a_thread_waits_where_its_innermost_function_only_waits() -> None:
    waiting = ("/lib/trio/_core/_thread_cache.py", "_work")

    assert is_waiting([waiting])
    assert not is_waiting([HASHING, waiting])


def test_shares_are_of_the_whole_and_named_for_every_part() -> None:
    shares = shares_percent({"verify": 3, "tree": 1})

    assert (shares["verify"], shares["tree"], shares["rpc"]) == (75.0, 25.0, 0.0)
    assert shares_percent({})["verify"] == 0.0
