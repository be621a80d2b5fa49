from __future__ import annotations

import dataclasses

import av
import pytest
from retroml_video.final_run import FinalRun, choose
from retroml_video.settings import FinalRunConfig

from retroml_core.filming import FilmError
from retroml_core.testing.film import MadeUpTape, made_up_episode, made_up_tape


def render(job, **settings):
    return FinalRun(FinalRunConfig(**settings)).render(job)


def test_the_best_evaluation_game_is_shown_whole(make_job):
    tape = made_up_tape()
    job = make_job(tape=tape)
    result = render(job, hold_seconds=0.0)
    best = max(tape.evaluation, key=lambda game: game.score)
    (segment,) = result.segments
    assert (segment.stream, segment.episode) == ("evaluation", best.number)
    assert (segment.first_index, segment.last_index) == (0, best.length - 1)
    assert result.frames == best.length * 2
    with av.open(str(job.target)) as film:
        assert sum(1 for _ in film.decode(video=0)) == result.frames


def test_the_score_shown_is_the_score_counted(make_job):
    tape = made_up_tape()
    assert render(make_job(tape=tape)).segments[0].score == max(game.score for game in tape.evaluation)


def test_the_policy_is_the_one_that_was_evaluated(make_job):
    assert render(make_job()).segments[0].policy_step == 2000


def test_the_last_picture_is_held(make_job):
    plain = render(make_job(), hold_seconds=0.0).frames
    assert render(make_job(), hold_seconds=2.0).frames == plain + 60


def test_games_that_were_not_counted_are_not_chosen(make_job):
    tape = made_up_tape()
    job = make_job(tape=tape)
    counted = list(job.run.events())
    job.run.events = lambda types=None: counted
    tape.evaluation.append(made_up_episode(9, length=400, first_step=10**6, stream="evaluation", score=10_000.0))
    assert choose(job).episode.number == 3


def test_without_an_evaluation_the_best_training_game_is_shown_and_named_so(make_job):
    tape = made_up_tape(evaluation_games=0)
    result = render(make_job(tape=tape))
    assert result.segments[0].stream == "training"
    assert result.segments[0].score == max(game.score for game in tape.training)
    assert "no evaluation" in result.segments[0].title
    assert "no evaluation game" in result.notes[0]


def test_games_cut_off_by_the_end_of_the_training_are_not_chosen(make_job):
    tape = made_up_tape(evaluation_games=0)
    tape.training[-1] = dataclasses.replace(tape.training[-1], score=999.0, finished=False)
    assert choose(make_job(tape=tape)).episode.finished


def test_when_no_game_was_finished_the_error_says_what_to_do(make_job):
    tape = MadeUpTape([made_up_episode(1, length=50, first_step=0, finished=False)])
    with pytest.raises(FilmError, match="until the first game ends"):
        render(make_job(tape=tape))


def test_a_score_that_cannot_be_reproduced_is_an_error(make_job):
    tape = made_up_tape()
    tape.evaluation = [dataclasses.replace(tape.evaluation[0], score=77.0)]
    with pytest.raises(FilmError, match="not the score counted"):
        render(make_job(tape=tape))


def test_of_equal_games_the_first_is_taken(make_job):
    tape = made_up_tape()
    tape.evaluation = [dataclasses.replace(game, score=5.0) for game in tape.evaluation]
    assert choose(make_job(tape=tape)).episode.number == 1
