"""With one of four stopped bills commit; with two stopped nobody is told a false success."""

import pytest

from tests.processes.local_net import LocalNet
from tests.processes.story import CODE, Story

pytestmark = pytest.mark.processes
UNHEALTHY, OUTCOME_UNKNOWN = 9, 7
ISSUE = ("bill", "issue", "--name", "Sample Person", "--total-fen", "700")


def test_with_any_one_of_four_stopped_bills_commit(net: LocalNet) -> None:
    net.start()
    story = Story(net, net.folder / "wallet").begin()
    other = story.admit("hospital", "sample-hospital-b", host="finance")
    allot = ("numbers", "allot", other, "--code", CODE, "--first", "200001", "--count", "10")
    assert story.ctl("finance", *allot).code == 0
    for stopped in ("finance", "medicare", "insurer"):
        net.nodes[stopped].kill()

        issued = story.ctl("hospital", "--timeout", "60", *ISSUE)

        assert issued.code == 0, f"without {stopped}: {issued.err}"
        net.start(stopped)
    net.nodes["hospital"].kill()  # another hospital, on a node that runs, issues meanwhile

    issued = story.ctl("finance", "--timeout", "60", *ISSUE, "--author", other)

    assert issued.code == 0, f"without hospital: {issued.err}"


def test_with_two_stopped_nothing_commits_and_clients_are_told_so(net: LocalNet) -> None:
    net.start()
    story = Story(net, net.folder / "wallet").begin()
    height = story.ctl("hospital", "status").json["height"]
    net.nodes["finance"].kill()
    net.nodes["insurer"].kill()

    issue = ("--timeout", "5", *ISSUE, "--client-ref", "without-quorum")
    answer = story.ctl("hospital", *issue)

    assert answer.code in (UNHEALTHY, OUTCOME_UNKNOWN)
    assert "no_quorum" in answer.err or "outcome_unknown" in answer.err
    listed = story.ctl("medicare", "bill", "list").json["bills"]
    assert listed == []

    net.start("finance", "insurer")
    again = story.ctl("hospital", "--timeout", "60", *issue[2:])
    assert again.code == 0, again.err
    assert story.ctl("hospital", "status").json["height"] > height
    assert len(story.ctl("finance", "bill", "list").json["bills"]) == 1
