from __future__ import annotations

import numpy as np
import pytest
from retroml_video.probes import Probes

torch = pytest.importorskip("torch")
nn = torch.nn


class Trainable:
    """Something with networks."""

    def __init__(self, **networks):
        self.networks = networks

    def modules(self):
        return self.networks


def network():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True), nn.Conv2d(4, 6, 3), nn.Flatten(), nn.Linear(6 * 16, 32), nn.Linear(32, 3)
    )


@torch.inference_mode()
def test_what_the_layers_answer_is_heard():
    made = network()
    probes = Probes(Trainable(network=made))
    picture = torch.rand(2, 1, 8, 8)
    made(picture)
    heard = probes.answers()
    assert {name: answer.shape for name, answer in heard.items()} == {
        "convolution 1": (4, 6, 6),
        "convolution 2": (6, 4, 4),
        "hidden": (32,),
    }
    assert np.allclose(heard["convolution 1"], made[0](picture).relu()[0].numpy())


@torch.inference_mode()
def test_of_many_convolutions_three_are_heard():
    made = nn.Sequential(*[nn.Conv2d(1, 1, 1) for _ in range(15)])
    probes = Probes(Trainable(network=made))
    made(torch.rand(1, 1, 4, 4))
    assert list(probes.answers()) == ["convolution 1", "convolution 8", "convolution 15"]


@torch.inference_mode()
def test_closed_probes_hear_nothing_more():
    made = network()
    probes = Probes(Trainable(network=made))
    probes.close()
    made(torch.rand(1, 1, 8, 8))
    assert probes.answers() == {}


@pytest.mark.parametrize(
    ("trainable", "why"),
    [
        (None, "does not show its network"),
        (object(), "does not show its network"),
        (Trainable(), "no layers"),
        (Trainable(table=np.zeros(3)), "no layers"),
    ],
)
def test_without_layers_the_reason_is_said(trainable, why):
    probes = Probes(trainable)
    assert why in probes.why_none
    assert probes.answers() == {}
