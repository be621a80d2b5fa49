"""The loss and the update against the formulas written out, and against Tianshou's own update."""

import copy
import math

import numpy as np
import pytest
import torch
from retroml_tianshou.a2c import JointA2C
from retroml_tianshou.a2c_config import A2CConfig
from tianshou.data import Batch

from retroml_core.algorithm import TrainingFault


@pytest.fixture
def make_a2c(make_network):
    def make(**settings) -> JointA2C:
        return JointA2C(A2CConfig(**settings), make_network(), 3)

    return make


def reference(logits, values, samples, *, normalize, value_weight, entropy_weight):
    """A2C's loss one sample at a time, in double precision numpy."""
    logits, values = logits.detach().double().numpy(), values.detach().double().numpy()
    advantages = samples.advantages.double().numpy()
    if normalize:
        advantages = (advantages - advantages.mean()) / (advantages.std(ddof=1) + 1e-8)
    policy, value, entropy = [], [], []
    for i in range(len(samples)):
        probabilities = np.exp(logits[i]) / np.exp(logits[i]).sum()
        policy.append(-math.log(probabilities[samples.actions[i]]) * advantages[i])
        value.append((values[i] - float(samples.returns[i])) ** 2)
        entropy.append(-(probabilities * np.log(probabilities)).sum())
    means = [float(np.mean(numbers)) for numbers in (policy, value, entropy)]
    return [*means, means[0] + value_weight * means[1] - entropy_weight * means[2]]


@pytest.mark.parametrize("normalize", [True, False])
def test_losses_are_the_formulas(make_a2c, make_samples, normalize):
    a2c = make_a2c(normalize_advantage=normalize, value_coefficient=0.3, entropy_coefficient=0.02)
    samples = make_samples(a2c.network)
    with torch.no_grad():
        logits, values = a2c.network(samples.seen())
    expected = reference(logits, values, samples, normalize=normalize, value_weight=0.3, entropy_weight=0.02)
    found = [value.item() for value in a2c.losses(samples).values()]
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-6)


@pytest.mark.parametrize("optimizer", ["rmsprop", "adam"])
def test_an_update_is_tianshous_update(make_a2c, make_samples, optimizer):
    ours, theirs = make_a2c(optimizer=optimizer), make_a2c(optimizer=optimizer)
    samples = make_samples(ours.network)
    batch = Batch(obs=samples.seen(), act=samples.actions, returns=samples.returns, adv=samples.advantages, info=Batch())
    for _ in range(3):
        metrics = ours.learn(samples)
        stats = theirs._update_with_batch(batch, None, 1)
        assert metrics["loss/total"] == pytest.approx(stats.loss.mean, rel=1e-5)
        assert metrics["policy/entropy"] == pytest.approx(stats.ent_loss.mean, rel=1e-5)
    for (name, one), two in zip(ours.network.named_parameters(), theirs.network.parameters(), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-4, atol=2e-6, msg=name)


def test_a_gradient_is_no_longer_than_the_limit(make_a2c, make_samples):
    clipped, free = make_a2c(max_grad_norm=0.01), make_a2c(max_grad_norm=None)
    for a2c, share in ((clipped, 1.0), (free, 0.0)):
        assert a2c.learn(make_samples(a2c.network))["grad/clip_share"] == share
    norm = torch.nn.utils.get_total_norm([p.grad for p in clipped.network.parameters()])
    assert float(norm) == pytest.approx(0.01, rel=1e-3)


def test_the_size_of_a_step_is_measured_when_asked(make_a2c, make_samples):
    a2c = make_a2c()
    samples = make_samples(a2c.network)
    assert "update/ratio" not in a2c.learn(samples)
    assert a2c.learn(samples, measure_ratio=True)["update/ratio"] > 0


@pytest.mark.parametrize(("field", "metric"), [("advantages", "loss/policy"), ("returns", "loss/value")])
def test_nonsense_is_refused_before_it_spoils_the_parameters(make_a2c, make_samples, field, metric):
    a2c = make_a2c()
    samples = make_samples(a2c.network)
    getattr(samples, field)[3] = math.nan
    before = copy.deepcopy(a2c.network.state_dict())
    with pytest.raises(TrainingFault, match=metric) as fault:
        a2c.learn(samples)
    assert fault.value.metric == metric
    for name, tensor in a2c.network.state_dict().items():
        assert torch.equal(tensor, before[name]), name
