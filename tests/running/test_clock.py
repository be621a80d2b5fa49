import pytest

from retroml_core.training.clock import Allowance, Throughput, TrainingClock


class Time:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_the_clock_counts_only_while_training_runs():
    time = Time()
    clock = TrainingClock(10.0, time)
    time.now += 5
    assert clock.seconds() == 10.0
    with clock.running():
        time.now += 3
        assert clock.seconds() == 13.0
    time.now += 50
    assert clock.seconds() == 13.0


def test_the_clock_counts_a_chunk_that_failed():
    time = Time()
    clock = TrainingClock(now=time)
    running = clock.running()
    running.__enter__()
    time.now += 2
    assert not running.__exit__(RuntimeError, RuntimeError(), None)
    assert clock.seconds() == 2.0


def test_speed_is_that_of_the_window():
    speed = Throughput(window_seconds=10)
    for second in range(100):
        speed.add(second, second * 100 if second < 50 else 5000 + (second - 50) * 10)
    assert speed.rate() == pytest.approx(10)


def test_no_speed_before_two_marks():
    speed = Throughput()
    assert speed.rate() == 0
    speed.add(1, 1)
    assert speed.rate() == 0
    speed.add(1, 5)
    assert speed.rate() == 0


@pytest.mark.parametrize(
    ("allowance", "fraction"),
    [
        (Allowance(None, 200), 0.25),
        (Allowance(100, None), 0.1),
        (Allowance(100, 200), 0.25),
        (Allowance(20, 200), 0.5),
        (Allowance(5, None), 1.0),
        (Allowance(0, None), 1.0),
        (Allowance(None, None), 0.0),
    ],
)
def test_fraction_of_the_budget_in_force(allowance, fraction):
    assert allowance.fraction(steps=50, seconds=10) == fraction


def test_remaining_steps_are_never_negative():
    assert Allowance(None, 10).remaining_steps(15) == 0
    assert Allowance(5, None).remaining_steps(15) is None


@pytest.mark.parametrize(
    ("allowance", "rate", "left"),
    [
        (Allowance(60, None), 0, 50),
        (Allowance(5, None), 0, 0),
        (Allowance(None, 200), 10, 15),
        (Allowance(None, 200), 0, None),
        (Allowance(None, 40), 10, 0),
        (Allowance(60, 200), 10, 15),
        (Allowance(None, None), 10, None),
    ],
)
def test_time_left(allowance, rate, left):
    assert allowance.seconds_left(steps=50, seconds=10, rate=rate) == left


def test_time_left_is_right_within_a_tenth_after_the_speed_changed():
    speed, allowance = Throughput(), Allowance(None, 100_000)
    steps = 0.0
    for second in range(1, 200):
        steps += 400 if second < 100 else 100
        speed.add(second, int(steps))
    left = allowance.seconds_left(int(steps), 199, speed.rate())
    assert left == pytest.approx((100_000 - steps) / 100, rel=0.1)


def test_what_is_not_training_does_not_count_even_within_a_chunk():
    time = Time()
    clock = TrainingClock(now=time)
    with clock.running():
        time.now += 3
        with clock.standing():
            time.now += 50
            assert clock.seconds() == 3.0
        time.now += 2
    with clock.standing():
        time.now += 50
    assert clock.seconds() == 5.0
