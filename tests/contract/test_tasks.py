"""Rules that every task keeps. A new folder under tasks/ is covered the moment it exists."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from deepdesk.core.chance import Draws
from deepdesk.core.drawing import names_in
from deepdesk.core.errors import DatasetError, DeepDeskError
from deepdesk.core.payload_json import payload_to_json
from deepdesk.core.payloads import PAYLOADS
from deepdesk.core.settings import check, from_json, settings_of, to_json
from deepdesk.core.task import DataFacts, Truth
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.engine.settings import TrainingConfig
from deepdesk.nn.block import ANY_SIZE
from deepdesk.nn.shapes import shapes_of
from deepdesk.tasks import all_tasks, task_of

pytestmark = pytest.mark.parametrize("key", sorted(all_tasks()))
PER_CLASS = 4
WITHOUT_CLASS = 10


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """Return key to a small piece of the task's embedded sample, as (path, class name)."""
    pieces = {}
    for key, spec in all_tasks().items():
        folder = spec.sample(tmp_path_factory.mktemp(key))
        by_class = {}
        for found in spec.reader().discover(folder):
            by_class.setdefault(found.label, []).append(found)
        pieces[key] = [
            found
            for label, group in by_class.items()
            for found in group[: WITHOUT_CLASS if label is None else PER_CLASS]
        ]
    return pieces


@pytest.fixture
def trained(key, samples):
    return overfitted(key, samples[key])


def opened(key, found):
    """Return (task, decoded batch) for the sample pieces."""
    import torch

    spec = task_of(key)
    labels = {f.label for f in found if f.label is not None}
    classes = tuple(sorted(labels.union(*(names_in(f.target) for f in found))))
    sizes = np.array([spec.reader().facts(f.path).size for f in found])
    config = from_json(spec.config, spec.sample_settings)
    facts = DataFacts(
        classes=classes,
        typical_size=tuple(np.median(sizes, 0).astype(int).tolist()),
        learned=spec.survey(config, [f.target for f in found]) if spec.survey else {},
    )
    task = spec.load()(config, facts)
    truths = [
        Truth(class_index=classes.index(f.label) if f.label else -1, target=f.target) for f in found
    ]
    rows = [task.decode(f.path, truth) for f, truth in zip(found, truths, strict=True)]
    batch = {name: torch.from_numpy(np.stack([row[name] for row in rows])) for name in rows[0]}
    labels = np.array([truth.class_index for truth in truths])
    for name, values in task.extras(labels, [t.target for t in truths]).items():
        batch[name] = torch.from_numpy(values)
    return task, batch


def overfitted(key, found, steps=40):
    """Return (task, model, first loss, last loss) after learning one batch by heart."""
    import torch

    from deepdesk.nn.build import build

    task, batch = opened(key, found)
    spec = task_of(key)
    graph = task.architectures()[spec.dials["quick"].architecture]
    model = build(graph, task.contract(), seed=1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    prepared = task.prepare(batch, None)
    losses = []
    model.train()
    for _step in range(steps):
        parts = task.losses(task.forward(model, prepared), prepared)
        loss = torch.stack(list(parts.values())).sum()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
    return task, model.eval(), losses[0], losses[-1]


def test_the_card_is_complete(key):
    spec = task_of(key)

    assert spec.key == key
    assert spec.takes in PAYLOADS
    assert spec.gives in PAYLOADS
    assert {"quick", "balanced", "best"} == set(spec.dials)
    assert spec.default_dial in spec.dials
    assert all((spec.title, spec.card, spec.summary, spec.group, spec.icon, spec.sample_name))


def test_defaults_and_every_dial_are_legal(key):
    spec = task_of(key)

    check(spec.config())
    from_json(spec.config, spec.sample_settings)
    for dial in spec.dials.values():
        from_json(TrainingConfig, dial.training)
        from_json(spec.config, dial.task)


def test_every_setting_has_a_label_and_help(key):
    for setting in (*settings_of(task_of(key).config), *settings_of(TrainingConfig)):
        assert setting.knob.label, setting.key
        assert setting.knob.help.endswith("."), setting.key


def test_settings_of_task_and_training_share_no_key(key):
    task_keys = {s.key for s in settings_of(task_of(key).config)}

    assert not task_keys & {s.key for s in settings_of(TrainingConfig)}


def test_settings_survive_json(key):
    config = task_of(key).config()

    assert from_json(type(config), json.loads(json.dumps(to_json(config)))) == config


def test_the_sample_is_read(key, samples):
    spec = task_of(key)
    found = samples[key]

    payloads = [spec.reader().payload(f.path) for f in found]

    assert len(found) >= 8
    assert all(isinstance(payload, spec.takes) for payload in payloads)


def test_one_batch_is_learned_by_heart(key, trained):
    _task, _model, first, last = trained

    assert last < 0.6 * first


def test_answers_are_of_the_promised_kind_and_become_json(key, trained, samples):
    import torch

    spec = task_of(key)
    task, model, _first, _last = trained
    with torch.no_grad():
        *_, answer = task.predict(model, spec.reader().payload(samples[key][0].path), StopToken())

    assert isinstance(answer, spec.gives)
    json.dumps(payload_to_json(answer))


def test_saved_and_loaded_weights_give_the_same_answer(key, trained, samples):
    import torch

    from deepdesk.engine.state import load_weights, weights_to_bytes
    from deepdesk.nn.build import build_empty

    task, model, _first, _last = trained
    graph = task.architectures()[task_of(key).dials["quick"].architecture]
    again = build_empty(graph, task.contract())
    load_weights(again, weights_to_bytes(model))
    given = task_of(key).reader().payload(samples[key][0].path)

    with torch.no_grad():
        answers = [list(task.predict(m, given, StopToken()))[-1] for m in (model, again.eval())]

    assert answers[0] == answers[1]


def test_a_stop_ends_an_answer(key, trained, samples):
    task, model, _first, _last = trained
    stop = StopToken()
    stop.stop()

    with pytest.raises(StoppedError):
        list(task.predict(model, task_of(key).reader().payload(samples[key][0].path), stop))


def test_a_preview_shows_what_the_task_takes(key, samples):
    task, _batch = opened(key, samples[key])
    given = task_of(key).reader().payload(samples[key][0].path)

    shown = list(task.preview(given, Draws(1, 0, np.arange(3))))

    assert len(shown) == 3
    assert all(isinstance(payload, task_of(key).takes) for payload in shown)


def test_every_architecture_meets_the_contract(key, samples):
    task, _batch = opened(key, samples[key])

    for name, graph in task.architectures().items():
        shapes_of(graph, task.contract())
        assert graph.name == name


def test_metrics_say_what_they_are(key, samples):
    task, _batch = opened(key, samples[key])
    metrics = task.metrics()

    assert metrics
    assert all(m.name and m.label and isinstance(m.higher_is_better, bool) for m in metrics)


def test_states_of_metrics_add_up_over_parts_of_the_data(key, trained, samples):
    import torch

    task, model, _first, _last = trained
    _task, batch = opened(key, samples[key])
    batch = task.prepare(batch, None)
    with torch.no_grad():
        outputs = task.forward(model.eval(), batch)
    half = len(outputs) // 2
    parts = [{k: t[cut] for k, t in batch.items()} for cut in (slice(half), slice(half, None))]
    for whole, first, second in zip(task.metrics(), task.metrics(), task.metrics(), strict=True):
        whole.update(outputs, batch)
        first.update(outputs[:half], parts[0])
        second.update(outputs[half:], parts[1])
        sums = {name: t + second.state()[name] for name, t in first.state().items()}
        first.restore(sums)

        assert first.compute() == pytest.approx(whole.compute())


def test_a_folder_of_other_things_is_refused_with_a_remedy(key, tmp_path):
    (tmp_path / "notes.xyz").write_text("nothing of use")

    with pytest.raises(DatasetError) as caught:
        list(task_of(key).reader().discover(tmp_path))

    assert caught.value.hint


def test_listing_tasks_imports_neither_torch_nor_qt(key):
    code = (
        "import sys; from deepdesk.tasks import all_tasks; all_tasks();"
        "print([m for m in ('torch', 'torchvision', 'PySide6', 'pyqtgraph') if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)

    assert done.stdout.strip() == "[]", done.stderr


def test_an_unknown_task_is_refused_with_the_known_ones(key):
    with pytest.raises(DeepDeskError, match=key):
        task_of("no_such_task")


def test_a_network_that_may_begin_small_answers_the_same_way_for_less_detail(key, samples):
    from deepdesk.engine.growing import DETAILS, why_not
    from deepdesk.nn.build import build

    task, batch = opened(key, samples[key])
    graph = task.architectures()[task_of(key).dials["quick"].architecture]
    if why_not(graph, task):
        assert all(task.contract(detail).outputs == task.contract().outputs for detail in DETAILS)
        return
    model = build(graph, task.contract(), seed=1)
    draws = Draws(1, 0, np.arange(len(next(iter(batch.values())))))
    (wanted,) = task.contract().outputs.values()
    outputs = [
        task.forward(model, task.prepare(batch, draws, detail)) for detail in (*DETAILS, 1.0)
    ]
    # An axis whose length the contract leaves to the network may have another one.
    fixed = [at for at, size in enumerate(wanted, 1) if size != ANY_SIZE]
    assert all(len(output.shape) == len(wanted) + 1 for output in outputs)
    assert len({tuple(output.shape[at] for at in (0, *fixed)) for output in outputs}) == 1
