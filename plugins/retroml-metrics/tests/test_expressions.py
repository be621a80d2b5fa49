"""What an expression may say, what it comes to, and how everything else is refused."""

import numpy as np
import pytest
from retroml_metrics.expressions import BadExpression, parse
from retroml_metrics.functions import FUNCTIONS

VALUES = {
    "score": np.array([0.0, 10.0, -4.0, 2.0]),
    "length": np.array([100.0, 300.0, 200.0, 400.0]),
    "actions": np.array([0, 1, 1, 3, 1]),
    "rewards": np.array([0.0, 1.0, -1.0, 1.0, 0.0]),
    "grad/norm": np.asarray(3.0),
    "score/best": np.asarray(10.0),
}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("mean(score > 0)", 0.5),
        ("mean(score)", 2.0),
        ("median(score)", 1.0),
        ("min(score)", -4.0),
        ("max(score)", 10.0),
        ("std(score)", np.sqrt(26.0)),
        ("sum(score)", 8.0),
        ("sum(score > 0)", 2.0),
        ("count(score)", 4.0),
        ("count(score > 0)", 2.0),
        ("first(score)", 0.0),
        ("last(score)", 2.0),
        ("quantile(score, 0.5)", 1.0),
        ("quantile(score, 1)", 10.0),
        ("mean(recent(score, 2))", -1.0),
        ("mean(recent(score, 50))", 2.0),
        ("count(recent(score > 0, 3))", 2.0),
        ("max(abs(score))", 10.0),
        ("sqrt(grad/norm + 1)", 2.0),
        ("log(exp(grad/norm))", 3.0),
        ("sum(score) / sum(length)", 0.008),
        ("mean(score / length)", np.mean([0.0, 10 / 300, -4 / 200, 2 / 400])),
        ("-last(score) + 2 * 3 ** 2", 16.0),
        ("7 // 2 + 7 % 2", 4.0),
        ("+grad/norm - 1.5e0", 1.5),
        ("mean(0 < score <= 2)", 0.25),
        ("mean(score > 0 and length < 350)", 0.25),
        ("mean(score > 0 or length == 100)", 0.75),
        ("mean(not score > 0)", 0.5),
        ("mean(actions == 1)", 0.6),
        ("mean((actions != 1) * rewards)", 0.2),
        ("score/best - max(score)", 0.0),
        ("score/best > grad/norm", 1.0),
        ("  mean( score )  ", 2.0),
    ],
)
def test_what_an_expression_comes_to(text, number):
    assert parse(text).evaluate(VALUES) == pytest.approx(number, abs=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_used_as_its_usage_says(name):
    inner = FUNCTIONS[name].usage.replace("(x", "(score")
    text = inner if FUNCTIONS[name].reduces else f"last({inner})"
    assert parse(text).evaluate({"score": np.array([1.0, 4.0])}) is not None


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "score.__class__",
        "().__class__.__bases__[0].__subclasses__()",
        "mean.__globals__",
        "(lambda: 1)()",
        "[x for x in score]",
        "{score: 1}",
        "score[0]",
        "'text'",
        "f'{score}'",
        "b'a'",
        "eval('1')",
        "open('/etc/passwd')",
        "getattr(score, 'size')",
        "exec('1')",
        "mean(*score)",
        "mean(x=score)",
        "mean(score, **{})",
        "last(score) if 1 else 2",
        "(y := 1)",
        "await score",
        "yield",
        "import os",
        "x = 1",
        "1; 2",
        "True",
        "None",
        "...",
        "1j",
        "score @ score",
        "1 << 100",
        "~1",
        "1 & 2",
        "score is score",
        "1 in score",
        "score,",
        "(1, 2)",
        "_metric0",
        "sqrt.x(1)",
        "mean(mean)",
        "\0",
        "\ud800",
        "",
        "   ",
        "mean(score",
        "mean(score))",
        "1 +",
        "-" * 499 + "1",
        "1" + "+1" * 400,
        "9" * 400,
        "1e999",
    ],
)
def test_everything_else_is_refused(text):
    with pytest.raises(BadExpression):
        parse(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mean(scores)", "there is no list called 'scores'; did you mean score?"),
        ("meen(score)", "there is no function called 'meen'; did you mean mean"),
        ("mean", "there is no list called 'mean'; write mean(x)"),
        ("score > 0", "gives one value a game, but a metric is a single number; put mean(...), last(...) around it"),
        ("actions", "gives one value a step"),
        ("mean(grad/norm)", "mean(x) needs a list such as score; grad/norm is a single number"),
        ("mean(score, 2)", "mean takes one value, not 2: write mean(x)"),
        ("quantile(score)", "quantile takes two values, not 1: write quantile(x, 0.9)"),
        ("quantile(score, 90)", "the second value of quantile(x, 0.9) must be a number between 0 and 1, not 90"),
        ("recent(score, 0.5)", "must be a whole number from 1 on, not 0.5"),
        ("recent(score, length)", "must be a whole number from 1 on, not length"),
        (
            "mean(score * actions)",
            "score * actions mixes lists that are not equally long: one value a game and one value a step",
        ),
        ("mean(score - recent(score, 5))", "one value a game and the newest 5 of one value a game"),
        ("mean(score.x)", "score.x is not allowed; allowed are numbers, score, length"),
        ("grad/norm.real", "grad/norm.real is not allowed"),
        ("mean(score in [1])", "compare with ==, !=, <, <=, > or >="),
        ("1 +", "is no expression: invalid syntax; write it like mean(score > 0)"),
        ("9" * 400, "holds a number that is too large"),
        ("1" * 501, "is 501 characters long, 500 are allowed"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_is_allowed(text, words):
    with pytest.raises(BadExpression) as refused:
        parse(text)
    assert words in str(refused.value)


def test_a_metric_must_be_one_that_is_reported():
    assert parse("grad/norm", ["grad/norm"]).metrics == ("grad/norm",)
    with pytest.raises(BadExpression, match="no metric is called grad/nrom; did you mean grad/norm"):
        parse("grad/nrom", ["grad/norm", "loss/policy"])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("mean(score)", {}),
        ("mean(score)", {"score": np.zeros(0)}),
        ("loss/policy", {}),
        ("1 / loss/policy", {"loss/policy": np.asarray(0.0)}),
        ("loss/policy - loss/policy", {"loss/policy": np.asarray(np.inf)}),
        ("log(loss/policy)", {"loss/policy": np.asarray(-1.0)}),
        ("9 ** 9 ** 9", {}),
        ("mean(rewards * actions)", {"rewards": np.ones(3), "actions": np.ones(4)}),
    ],
)
def test_what_cannot_be_known_yet_has_no_number(text, values):
    assert parse(text).evaluate(values) is None


def test_single_precision_is_widened_before_it_is_computed_with():
    assert parse("mean(returns)").evaluate({"returns": np.array([1e30, 1e30], np.float32)}) == pytest.approx(1e30)
    assert parse("max(returns ** 2)").evaluate({"returns": np.array([1e30], np.float32)}) == pytest.approx(1e60)
