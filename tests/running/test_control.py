import time

import pytest

from retroml_core.files import write_json
from retroml_core.runs.control import ControlError, Mailbox, send
from retroml_core.training.bus import MetricEventBus
from retroml_core.training.clock import Allowance, TrainingClock
from retroml_core.training.commanding import RunControl
from retroml_core.training.tally import Tally


class Answers:
    def __init__(self):
        self.events = []

    def write(self, event):
        self.events.append(event)

    @property
    def last(self):
        data = self.events[-1].data
        return data["verb"], data["ok"], data["message"]


@pytest.fixture
def answers():
    return Answers()


@pytest.fixture
def run(make_run):
    return make_run()


@pytest.fixture
def make_control(run, answers):
    def make(seconds=None, steps=None, since=0.0, now=None, check=lambda: None):
        return RunControl(
            Mailbox(run.control_folder),
            MetricEventBus(answers),
            clock=TrainingClock(),
            allowance=Allowance(seconds, steps),
            tally=Tally(),
            since=since,
            now=now or (lambda: 0.0),
            check=check,
        )

    return make


def test_commands_are_taken_in_the_order_sent_and_once(run):
    sent = [send(run, verb) for verb in ("pause", "resume", "stop")]
    taken = Mailbox(run.control_folder).take()
    assert sorted(command.id for command in taken) == sorted(sent)
    assert Mailbox(run.control_folder).take() == []


def test_arguments_arrive(run):
    send(run, "set", name="learning_rate", value=0.1)
    assert Mailbox(run.control_folder).take()[0].args == {"name": "learning_rate", "value": 0.1}


def test_an_unknown_verb_is_refused_at_once(run):
    with pytest.raises(ControlError, match=r"no command 'dance'; known are pause, resume"):
        send(run, "dance")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"verb": "pause", "args": 3}'])
def test_a_broken_command_is_answered_with_its_fault(run, make_control, answers, content):
    (run.control_folder / "0001.json").write_text(content)
    make_control().poll()
    assert answers.events[-1].data["id"] == "0001"
    assert not answers.events[-1].data["ok"]
    assert list(run.control_folder.iterdir()) == []


def test_a_verb_that_nobody_knows_is_answered(run, make_control, answers):
    write_json(run.control_folder / "1.json", {"verb": "dance", "sent_at": time.time()})
    make_control().poll()
    assert "no command 'dance'" in answers.events[-1].data["message"]


def test_what_was_left_before_the_attempt_is_discarded_with_an_answer(run, make_control, answers):
    send(run, "stop")
    control = make_control(since=time.time() + 1)
    control.poll()
    assert control.stop is None
    assert answers.last[:2] == ("stop", False)


def test_files_half_written_are_left_alone(run):
    (run.control_folder / ".1.json.77.tmp").write_text("{")
    assert Mailbox(run.control_folder).take() == []


def test_the_mailbox_is_read_ten_times_a_second_at_most(run, make_control):
    moment = [0.0]
    control = make_control(now=lambda: moment[0])
    control.tick()
    send(run, "pause")
    moment[0] = 0.05
    control.tick()
    assert not control.pause
    moment[0] = 0.11
    control.tick()
    assert control.pause


@pytest.mark.parametrize("verb", ["pause", "checkpoint", "stop"])
def test_what_needs_a_safe_point_asks_for_it(run, make_control, verb):
    control = make_control()
    assert not control.wants_return()
    send(run, verb)
    control.poll()
    assert control.wants_return()
    assert control.returned_early


def test_a_stop_is_answered_at_once(run, make_control, answers):
    send(run, "stop")
    make_control().poll()
    assert answers.last == ("stop", True, "stopping")


def test_resume_of_a_run_that_is_not_paused_is_refused(run, make_control, answers):
    send(run, "resume")
    make_control().poll()
    assert answers.last == ("resume", False, "it is not paused")


@pytest.mark.parametrize("verb", ["pause", "checkpoint"])
def test_a_paused_run_has_nothing_more_to_do(run, make_control, answers, verb):
    control = make_control()
    control.paused = True
    send(run, verb)
    control.poll()
    assert answers.last[:2] == (verb, True)
    assert not control.pause
    assert not control.checkpoint


def test_the_settings_of_a_paused_run_stay(run, make_control, answers):
    control = make_control()
    control.paused = True
    send(run, "set", name="learning_rate", value=0.1)
    control.poll()
    assert answers.last == ("set", False, "it is paused; resume it first")
    assert not control.tune


def test_watch_is_passed_on_and_only_the_first_wish_answered(run, make_control, answers):
    control, asked = make_control(), []
    control.watch = lambda seconds: asked.append(seconds) or len(asked) == 1
    for seconds in (100, 6):
        send(run, "watch", seconds=seconds)
        control.poll()
    assert asked == [100.0, 6.0]
    assert [event.data["ok"] for event in answers.events] == [True]


def test_watch_needs_a_number(run, make_control, answers):
    send(run, "watch", seconds="soon")
    make_control().poll()
    assert answers.last == ("watch", False, "seconds='soon' is not a number")


def test_what_was_not_carried_out_is_refused_at_the_end(run, make_control, answers):
    control = make_control()
    send(run, "checkpoint")
    control.poll()
    control.refuse_all("the run ended")
    assert answers.last == ("checkpoint", False, "the run ended")
    assert not control.checkpoint


def test_the_used_up_time_asks_to_return(make_control):
    assert make_control(seconds=0.0).wants_return()
    assert not make_control(seconds=100.0).wants_return()


def test_fraction_counts_whole_chunks_and_remaining_all_steps(make_control):
    control = make_control(steps=100)
    control._tally.steps, control._tally.anchor = 60, 50
    assert control.fraction() == 0.5
    assert control.remaining_steps() == 40


def test_what_a_background_thread_met_is_raised(make_control):
    def full():
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        make_control(check=full).tick()
