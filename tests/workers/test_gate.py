"""The gate between the training and the painting."""

from bpviz.workers.gate import LONGEST_S, Gate


def test_it_is_closed_for_as_long_as_it_was_asked_and_opens_by_itself(monkeypatch):
    gate, waited = Gate(), []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return False

    monkeypatch.setattr(gate._opened, "wait", wait)
    gate.close(0.5)
    assert gate.closed
    gate.wait()
    assert not gate.closed
    gate.close()
    gate.wait()
    assert waited == [0.5, LONGEST_S]
