"""What is said at the end of a run, in short where the doctor says the rest."""

from __future__ import annotations

import pytest

from bpviz import messages
from bpviz.text import Text
from bpviz.wiring.endings import tell_end
from bpviz.workers.reports import RunEnd


@pytest.mark.parametrize("told", [False, True])
def test_a_divergence_is_told_once(told, caplog):
    heard: list[messages.Message] = []
    messages.add_sink(heard.append)
    try:
        end = RunEnd(run_id=1, kind="finished", reason="diverged", sentence=Text("L grew."))
        tell_end(end, 12, lambda: None, Text("Start again"), told=told)
    finally:
        messages.remove_sink(heard.append)
    (message,) = heard
    assert (message.level, message.action is None) == (("info", True) if told else ("error", False))
    assert str(message.text) == ("Stopped at iteration 12: no finite number." if told else "L grew.")
