"""A running network of four for the tests that change nothing about its processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.local_net import LocalNet
from tests.processes.story import Story


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("running")
    with LocalNet(folder) as net:
        net.start()
        yield Story(net, folder / "patient.wallet").begin()


@pytest.fixture
def net(tmp_path: Path) -> Iterator[LocalNet]:
    with LocalNet(tmp_path) as made:
        yield made
