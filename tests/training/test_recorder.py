"""The record: everything at first, bounded at last, and safe to read while it is written."""

import threading

import numpy as np

from bpviz.snapshot import Evaluation, Iteration
from bpviz.training import checkpoints as checkpoints_module
from bpviz.training import recorder as recorder_module
from bpviz.training.batches import BatchPosition
from bpviz.training.checkpoints import Checkpoint, Checkpoints
from bpviz.training.mailbox import Mailbox
from bpviz.training.recorder import Recorder


def iteration(number: int, evaluated: bool = False) -> Iteration:
    train = Evaluation(number + 0.5, 0.25) if evaluated else None
    return Iteration(1, number, number / 10, float(number), 0.1, 1.0, train, None)


def test_history_holds_every_loss_and_every_evaluation():
    recorder = Recorder(1)
    for number in range(5000):
        recorder.add(iteration(number, number % 10 == 0))
    history = recorder.history()
    np.testing.assert_array_equal(history.loss, np.arange(5000.0))
    np.testing.assert_array_equal(history.evaluated, np.arange(0, 5000, 10))
    np.testing.assert_array_equal(history.train_loss, np.arange(0, 5000, 10) + 0.5)
    assert np.isnan(history.test_loss).all()
    assert (history.train_accuracy == 0.25).all()


def test_what_was_handed_out_never_changes():
    recorder = Recorder(1)
    for number in range(1500):
        recorder.add(iteration(number))
    history = recorder.history()
    recorder.cut(700)
    for number in range(701, 1500):
        recorder.add(Iteration(1, number, 0.0, -1.0, 0.1, 1.0))
    np.testing.assert_array_equal(history.loss, np.arange(1500.0))
    assert recorder.history().generation > history.generation
    assert recorder.history().loss[700] == 700
    assert recorder.history().loss[701] == -1
    assert not history.loss.flags.writeable


def test_memory_is_bounded_by_thinning(monkeypatch):
    monkeypatch.setattr(recorder_module, "MOST_LOSSES", 1000)
    recorder = Recorder(1)
    for number in range(10_001):
        recorder.add(iteration(number))
    history = recorder.history()
    assert len(history.loss) <= 1001
    assert history.stride == 16
    np.testing.assert_array_equal(history.loss, np.arange(len(history.loss)) * 16.0)


def test_a_reader_in_another_thread_always_sees_a_whole_history():
    recorder, seen, stop = Recorder(1), [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            history = recorder.history()
            seen.append(
                bool((history.loss == np.arange(len(history.loss))).all())
                and len(history.evaluated) == len(history.train_loss) == len(history.test_accuracy)
            )

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(20_000):
        recorder.add(iteration(number, number % 3 == 0))
    stop.set()
    reader.join()
    assert seen
    assert all(seen)


def test_checkpoints_thin_out_and_keep_the_first(monkeypatch):
    monkeypatch.setattr(checkpoints_module, "MOST", 1024)
    checkpoints = Checkpoints(bytes_each=8)
    for number in range(5000):
        if checkpoints.wants(number):
            checkpoints.add(Checkpoint(number, np.array([float(number)]), {}, BatchPosition()))
    assert len(checkpoints) <= 1024
    assert checkpoints.before(3).iteration == 0
    assert checkpoints.before(2700).iteration > 2700 - checkpoints.interval
    assert checkpoints.before(4999).iteration > 4999 - checkpoints.interval / 8  # the newest are closer
    assert 4990 <= checkpoints.before(4999).iteration <= 4999
    iterations, thetas = checkpoints.path(2500)
    assert iterations[0] == 0
    assert iterations[-1] <= 2500
    np.testing.assert_array_equal(iterations, [theta[0] for theta in thetas])
    checkpoints.cut(100)
    assert checkpoints.before(4000).iteration <= 100


def test_the_path_does_not_depend_on_how_long_iterations_take():
    paths = []
    for seconds in (1e-6, 2e-5, 1e-3, 0.5):
        checkpoints = Checkpoints(bytes_each=1000)
        for number in range(20_000):
            if checkpoints.wants(number):
                checkpoints.note_seconds(seconds)
                checkpoints.add(Checkpoint(number, np.array([float(number)]), {}, BatchPosition()))
        paths.append(checkpoints.path(19_999)[0])
        assert len(checkpoints) <= checkpoints.most
    for path in paths:
        np.testing.assert_array_equal(path, np.arange(0, 20_000, 32))


def test_slow_iterations_are_kept_as_densely_as_the_memory_allows():
    quick, slow = Checkpoints(bytes_each=10_000), Checkpoints(bytes_each=10_000)
    for checkpoints, seconds in ((quick, 2e-5), (slow, 0.01)):
        for number in range(200_000):
            if checkpoints.wants(number):
                checkpoints.note_seconds(seconds)
                checkpoints.add(Checkpoint(number, np.array([float(number)]), {}, BatchPosition()))
    assert slow.interval < quick.interval
    assert slow.nbytes <= checkpoints_module.MEMORY_BYTES
    assert quick.fine * 2e-5 >= checkpoints_module.CHEAP_S  # a state more would cost more than it saves


def test_where_two_states_fill_the_memory_only_the_first_is_kept():
    checkpoints = Checkpoints(bytes_each=50 * 2**20)
    checkpoints.add(Checkpoint(0, np.zeros(1), {}, BatchPosition()))
    assert not any(checkpoints.wants(number) for number in range(100))


def test_big_states_make_few_checkpoints():
    assert Checkpoints(bytes_each=10 * 2**20).most == 11


def test_mailbox_keeps_the_newest_only():
    mailbox: Mailbox[int] = Mailbox()
    assert mailbox.take() is None
    mailbox.ask()
    assert mailbox.wanted
    for letter in range(3):
        mailbox.post(letter)
    assert not mailbox.wanted
    assert mailbox.take() == 2
    assert mailbox.take() is None
