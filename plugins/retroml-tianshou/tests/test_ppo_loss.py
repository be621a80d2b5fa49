"""The loss and the update against the formulas written out, and against Tianshou's own update."""

import copy
import math

import numpy as np
import pytest
import torch
from tianshou.data import Batch

from retroml_core.algorithm import TrainingFault

REPORTED = {
    "loss/total",
    "loss/policy",
    "loss/value",
    "policy/entropy",
    "policy/approx_kl",
    "policy/clip_fraction",
    "grad/norm",
    "grad/clip_share",
    "update/ratio",
}


def reference(logits, values, samples, *, clip, clip_value, normalize, value_weight, entropy_weight):
    """PPO's loss one sample at a time, in double precision numpy."""
    logits, values = logits.detach().double().numpy(), values.detach().double().numpy()
    advantages = samples.advantages.double().numpy()
    if normalize:
        advantages = (advantages - advantages.mean()) / (advantages.std(ddof=1) + 1e-8)
    policy, value, entropy, kl, clipped = [], [], [], [], []
    for i in range(len(samples)):
        probabilities = np.exp(logits[i]) / np.exp(logits[i]).sum()
        ratio = probabilities[samples.actions[i]] / math.exp(samples.log_probs[i])
        limited = min(max(ratio, 1 - clip), 1 + clip)
        policy.append(-min(ratio * advantages[i], limited * advantages[i]))
        old, target = float(samples.values[i]), float(samples.returns[i])
        near = old + min(max(values[i] - old, -clip), clip)
        value.append(max((values[i] - target) ** 2, (near - target) ** 2) if clip_value else (values[i] - target) ** 2)
        entropy.append(-(probabilities * np.log(probabilities)).sum())
        kl.append(ratio - 1 - math.log(ratio))
        clipped.append(abs(ratio - 1) > clip)
    means = [float(np.mean(numbers)) for numbers in (policy, value, entropy, kl, clipped)]
    return [*means, means[0] + value_weight * means[1] - entropy_weight * means[2]]


@pytest.mark.parametrize("clip_value", [True, False])
@pytest.mark.parametrize("normalize", [True, False])
def test_losses_are_the_formulas(make_ppo, make_samples, clip_value, normalize):
    ppo = make_ppo(clip_value=clip_value, normalize_advantage=normalize, value_coefficient=0.3, entropy_coefficient=0.02)
    samples = make_samples(ppo.network, shift=0.2)
    with torch.no_grad():
        logits, values = ppo.network(samples.seen())
    expected = reference(
        logits,
        values,
        samples,
        clip=0.1,
        clip_value=clip_value,
        normalize=normalize,
        value_weight=0.3,
        entropy_weight=0.02,
    )
    found = [value.item() for value in ppo.losses(samples).values()]
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-6)


@pytest.mark.parametrize("clip_value", [True, False])
def test_an_update_is_tianshous_update(make_ppo, make_samples, clip_value):
    ours = make_ppo(clip_value=clip_value)
    theirs = make_ppo(clip_value=clip_value)
    samples = make_samples(ours.network, shift=0.2)
    batch = Batch(
        obs=samples.seen(),
        act=samples.actions,
        v_s=samples.values,
        returns=samples.returns,
        adv=samples.advantages,
        logp_old=samples.log_probs,
        info=Batch(),
    )
    for _ in range(3):
        ours.learn(samples, epochs=1, minibatches=1, order=np.random.default_rng(1))
        theirs._update_with_batch(batch, None, 1)
    for (name, one), two in zip(ours.network.named_parameters(), theirs.network.parameters(), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-4, atol=2e-6, msg=name)


def test_one_joint_pass_is_two_separate_ones(make_ppo, make_samples):
    ppo = make_ppo()
    obs = make_samples(ppo.network).seen()
    logits, values = ppo.network(obs)
    assert torch.equal(logits, ppo.policy.actor(obs)[0])
    assert torch.equal(values, ppo.critic(obs))


def test_an_unchanged_policy_has_no_divergence(make_ppo, make_samples):
    ppo = make_ppo()
    losses = ppo.losses(make_samples(ppo.network))
    assert losses["policy/approx_kl"].item() == pytest.approx(0.0, abs=1e-6)
    assert losses["policy/clip_fraction"].item() == 0.0


def test_a_uniform_policy_has_the_entropy_of_its_choices(make_ppo, make_samples):
    ppo = make_ppo()
    with torch.no_grad():
        ppo.network.policy_head.weight.zero_()
    assert ppo.losses(make_samples(ppo.network))["policy/entropy"].item() == pytest.approx(math.log(3), rel=1e-6)


def test_a_rare_action_that_paid_becomes_likelier(make_ppo, make_samples):
    ppo = make_ppo(learning_rate=0.01, normalize_advantage=False)
    samples = make_samples(ppo.network)
    good = samples.actions == 2
    samples.advantages[:] = torch.where(good, 1.0, -1.0)
    before = ppo.network(samples.seen())[0].softmax(1)[:, 2].mean()
    ppo.learn(samples, epochs=4, minibatches=2, order=np.random.default_rng(1))
    assert ppo.network(samples.seen())[0].softmax(1)[:, 2].mean() > before


def test_learning_reports_every_standard_metric(make_ppo, make_samples):
    ppo = make_ppo()
    metrics = ppo.learn(make_samples(ppo.network), epochs=2, minibatches=4, order=np.random.default_rng(1))
    assert {name for name in metrics if not name.startswith(("grad/norm_", "update/ratio_"))} == REPORTED
    assert all(math.isfinite(value) for value in metrics.values())


def test_it_ticks_before_every_minibatch(make_ppo, make_samples):
    ppo, ticks = make_ppo(), []
    ppo.learn(make_samples(ppo.network), epochs=3, minibatches=4, order=np.random.default_rng(1), tick=lambda: ticks.append(1))
    assert len(ticks) == 12


def test_every_sample_is_learned_from_once_an_epoch(make_ppo, make_samples, monkeypatch):
    ppo = make_ppo()
    samples = make_samples(ppo.network, 24)
    samples.returns[:] = torch.arange(24.0)
    seen: list[float] = []
    terms = ppo.terms
    monkeypatch.setattr(ppo, "terms", lambda network, batch: (seen.extend(batch.returns.tolist()), terms(network, batch))[1])
    ppo.learn(samples, epochs=2, minibatches=4, order=np.random.default_rng(1))
    assert sorted(seen[:24]) == sorted(seen[24:]) == list(range(24))
    assert seen[:24] != seen[24:]


def test_a_target_for_the_divergence_ends_the_update(make_ppo, make_samples):
    ppo, ticks = make_ppo(learning_rate=0.05), []
    samples = make_samples(ppo.network)
    ppo.learn(samples, epochs=10, minibatches=2, order=np.random.default_rng(1), target_kl=1e-5, tick=lambda: ticks.append(1))
    assert 2 <= len(ticks) < 20


@pytest.mark.parametrize(
    ("field", "metric"), [("advantages", "loss/policy"), ("returns", "loss/value"), ("log_probs", "loss/policy")]
)
def test_nonsense_is_refused_before_it_spoils_the_parameters(make_ppo, make_samples, field, metric):
    ppo = make_ppo()
    samples = make_samples(ppo.network)
    getattr(samples, field)[3] = math.nan
    before = copy.deepcopy(ppo.network.state_dict())
    with pytest.raises(TrainingFault, match=metric) as fault:
        ppo.learn(samples, epochs=1, minibatches=1, order=np.random.default_rng(1))
    assert fault.value.metric == metric
    for name, tensor in ppo.network.state_dict().items():
        assert torch.equal(tensor, before[name]), name
