"""Recurrent layers in words: gates, cells, states, and δ that goes back through time."""

from __future__ import annotations

from bpviz.present.explain.moment import Moment
from bpviz.present.explain.names import number, who
from bpviz.present.explain.shares import DELTAS, Shares, gate
from bpviz.present.explain.shares_back import reaching
from bpviz.present.explain.words_back import through_slope
from bpviz.present.explain.words_forward import largest_share
from bpviz.text import N_, tr

_GATES = {
    "i": N_("The input gate i = {value} lets in that share of the new."),
    "f": N_("The forget gate f = {value} keeps that share of what the cell remembered."),
    "g": N_("The candidate g = {value} is what the cell may take in."),
    "o": N_("The output gate o = {value} shows that share of the cell."),
    "r": N_("The reset gate r = {value} lets that share of the old state into the candidate."),
    "z": N_("The update gate z = {value} keeps that share of the old state."),
}
_ARRAYS = {"z": "z_gate"}


def at(moment: Moment, name: str, back: int = 0) -> float:
    """Return one number of the unit at the moment's step, or ``back`` steps before; 0 before the first."""
    step = moment.step - back
    return float(moment.extra(name)[step][moment.place]) if step >= 0 else 0.0


def gates(moment: Moment) -> list[str]:
    """Say how far each gate of a unit is open."""
    names = ("i", "f", "g", "o") if moment.kind == "lstm" else ("r", "z")
    said = [
        tr(
            "{who}: each gate adds up the inputs of this step and the "
            "states of the step before, by its own weights.",
            who=who(moment),
        )
    ]
    said += [tr(_GATES[name], value=number(at(moment, _ARRAYS.get(name, name)))) for name in names]
    largest = largest_share(moment, gate(moment, names[0]))
    letter = names[0]
    return said + [tr("In the sum of {gate}: {sentence}", gate=letter, sentence=each) for each in largest]


def candidate(moment: Moment) -> list[str]:
    """Say how a GRU's candidate is made."""
    shares = gate(moment, "n")
    return [
        tr(
            "{who}: from its inputs, and from r = {r} times what the old "
            "states give (q = {q}), the candidate is n = {n}.",
            who=who(moment),
            r=number(at(moment, "r")),
            q=number(at(moment, "q")),
            n=number(at(moment, "n")),
        ),
        *largest_share(moment, shares),
    ]


def cell(moment: Moment) -> list[str]:
    """Say how an LSTM's cell is made anew."""
    return [
        tr(
            "{who}: of the old cell {before} the share f = {f} is kept, of "
            "the candidate {g} the share i = {i} is added.",
            who=who(moment),
            before=number(at(moment, "c", 1)),
            f=number(at(moment, "f")),
            g=number(at(moment, "g")),
            i=number(at(moment, "i")),
        ),
        tr("Now the cell remembers c = {c}.", c=number(at(moment, "c"))),
    ]


def hidden(moment: Moment) -> list[str]:
    """Say how the new state is made."""
    if moment.kind == "lstm":
        return [
            tr(
                "{who}: the cell c = {c} goes through tanh, and the share o = {o} of that is shown: h = {h}.",
                who=who(moment),
                c=number(at(moment, "c")),
                o=number(at(moment, "o")),
                h=number(at(moment, "h")),
            )
        ]
    return [
        tr(
            "{who}: of the old state {before} the share z = {z} stays, the "
            "rest is the candidate n = {n}: h = {h}.",
            who=who(moment),
            before=number(at(moment, "h", 1)),
            z=number(at(moment, "z_gate")),
            n=number(at(moment, "n")),
            h=number(at(moment, "h")),
        )
    ]


def delta(moment: Moment) -> list[str]:
    """Say what arrives at a state, and how it gets into the sum or the gates."""
    shares = reaching(moment)
    said = [_arrived(moment, shares), *largest_share(moment, shares)]
    if moment.kind == "rnn":
        return said + through_slope(moment, at(moment, "delta"))
    if moment.kind == "lstm":
        said.append(
            tr(
                "The cell keeps its own account of errors: ∂L/∂c = {value}.",
                value=number(at(moment, "delta_c")),
            )
        )
    letters = {"delta_z_gate": "z"}
    gates = ", ".join(
        f"{letters.get(name, name.removeprefix('delta_'))}: {number(at(moment, name))}"
        for name in DELTAS[moment.kind]
    )
    return [*said, tr("Each gate gets what its slope lets through: {gates}.", gates=gates)]


def _arrived(moment: Moment, shares: Shares) -> str:
    fields = {"who": who(moment), "arrived": number(shares.total())}
    above = [part for part in shares.parts if part.of not in ("later", "kept")]
    later = [part for part in shares.parts if part.of in ("later", "kept")]
    if not shares.parts:
        return tr("{who}: nothing comes back to this step, ∂L/∂h = {arrived}.", **fields)
    if not later:
        return tr("{who}: from the layer above comes ∂L/∂h = {arrived}.", **fields)
    if not above:
        return tr("{who}: from the step after it comes ∂L/∂h = {arrived}.", **fields)
    return tr(
        "{who}: from the layer above comes {above}, from the step after it {later}: ∂L/∂h = {arrived}.",
        above=number(Shares(tuple(above)).total()),
        later=number(Shares(tuple(later)).total()),
        **fields,
    )
