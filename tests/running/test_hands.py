"""How actions reach the environment: all at once, or one half while the emulators of the other work."""

import numpy as np
import pytest

from retroml_core.hands import hands_for


class Divided:
    """Records what it is told; shows its step number in every pixel."""

    def __init__(self, parts: tuple[int, ...]) -> None:
        self.parts = parts
        self.told: list[str] = []
        self.settled = True

    def send(self, actions):
        self.told.append(f"send {actions.tolist()}")
        return actions

    def send_part(self, number, actions):
        self.told.append(f"send {number} {actions.tolist()}")
        return actions + 10

    def first_part(self):
        self.told.append("wait 0")
        return np.full((self.parts[0], 1), 7) if self.settled else None


def chooser(told: list[str]):
    def choose(obs):
        told.append(f"choose {obs.ravel().tolist()}")
        return obs.ravel().astype(np.int64)

    return choose


OBS = np.arange(3).reshape(3, 1)


@pytest.mark.parametrize(("parts", "in_parts"), [((3,), True), ((2, 1), False)])
def test_all_at_once_without_two_parts_or_an_algorithm_for_them(parts, in_parts):
    environment = Divided(parts)
    hands = hands_for(environment, chooser(environment.told), in_parts=in_parts)
    assert hands.send(OBS).tolist() == [0, 1, 2]
    assert environment.told == ["choose [0, 1, 2]", "send [0, 1, 2]"]
    assert not hands.looks_ahead
    assert not hands.ahead


def test_an_environment_need_not_know_of_parts():
    class Plain:
        def send(self, actions):
            return actions

    assert hands_for(Plain(), chooser([]), in_parts=True).send(OBS).tolist() == [0, 1, 2]


def test_the_second_half_is_chosen_for_while_the_first_works():
    environment = Divided((2, 1))
    hands = hands_for(environment, chooser(environment.told), in_parts=True)
    assert hands.send(OBS).tolist() == [10, 11, 12]
    assert environment.told == ["choose [0, 1]", "send 0 [0, 1]", "choose [2]", "send 1 [2]"]


def test_looking_ahead_the_first_half_is_chosen_for_while_the_second_works():
    environment = Divided((2, 1))
    hands = hands_for(environment, chooser(environment.told), in_parts=True)
    hands.send(OBS)
    environment.told.clear()
    hands.look_ahead()
    assert hands.ahead
    assert hands.send(OBS).tolist() == [17, 17, 12]
    assert not hands.ahead
    assert environment.told == ["wait 0", "choose [7, 7]", "send 0 [7, 7]", "choose [2]", "send 1 [2]"]


def test_what_is_not_settled_is_not_looked_at():
    environment = Divided((2, 1))
    environment.settled = False
    hands = hands_for(environment, chooser(environment.told), in_parts=True)
    hands.look_ahead()
    assert not hands.ahead
