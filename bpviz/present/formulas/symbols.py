"""How every name of a formula is printed: as TeX, and as plain text."""

from __future__ import annotations

import re

FUNCTIONS = frozenset(
    (
        *("exp", "log", "sqrt", "abs", "max", "min", "sign", "tanh", "sinh", "cosh", "sin", "cos", "erf"),
        *("Phi", "floor", "floor_log", "norm", "sigmoid", "vec", "indicator", "correlate"),
        *("sigma", "sigma_prime", "sum", "max_over"),
    )
)
"""What a name before brackets means; any other such name is a symbol with its layer's number."""

NAMES: dict[str, tuple[str, str]] = {
    "alpha": (r"\alpha", "α"),
    "beta": (r"\beta", "β"),
    "beta1": (r"\beta_{1}", "β₁"),
    "beta2": (r"\beta_{2}", "β₂"),
    "gamma": (r"\gamma", "γ"),
    "delta": (r"\delta", "δ"),
    "epsilon": (r"\varepsilon", "ε"),
    "eta": (r"\eta", "η"),
    "eta0": (r"\eta_{0}", "η₀"),
    "eta1": (r"\eta_{1}", "η₁"),
    "eta2": (r"\eta_{2}", "η₂"),
    "t0": (r"t_{0}", "t₀"),
    "t1": (r"t_{1}", "t₁"),
    "t2": (r"t_{2}", "t₂"),
    "theta": (r"\theta", "θ"),
    "mu": (r"\mu", "μ"),
    "mu_next": (r"\mu_{t+1}", "μₜ₊₁"),
    "pi": (r"\pi", "π"),
    "rho": (r"\rho", "ρ"),
    "most": (r"\rho_{\infty}", "ρ∞"),
    "scale": (r"\lambda", "λ"),
    "sigma": (r"\sigma", "σ"),
    "sigma_prime": (r"\sigma^{\prime}", "σ′"),
    "slope": (r"\sigma^{\prime}(z)", "σ′(z)"),
    "da_dz": (r"\frac{\partial a_{k}}{\partial z_{k}}", "∂aₖ/∂zₖ"),
    "Delta": (r"\Delta", "Δ"),
    "lambda_": (r"\lambda", "λ"),
    "y_hat": (r"\hat{y}", "ŷ"),
    "y_tilde": (r"\tilde{y}", "ỹ"),
    "x_hat": (r"\hat{x}", "x̂"),
    "variance": (r"\sigma^{2}", "σ²"),
    "h_above": (r"h^{\uparrow}", "h↑"),
    "m_hat": (r"\hat{m}", "m̂"),
    "v_hat": (r"\hat{v}", "v̂"),
    "v_max": (r"v_{\max}", "vₘₐₓ"),
    "Wx": (r"W_{x}", "Wₓ"),
    "Wh": (r"W_{h}", "Wₕ"),
    "bx": (r"b_{x}", "bₓ"),
    "bh": (r"b_{h}", "bₕ"),
    # Fields of the pieces, by the letters of their docstrings.
    "weight_decay": (r"\lambda", "λ"),
    "momentum": (r"\mu", "μ"),
    "dampening": (r"\tau", "τ"),
    "decay": (r"\rho", "ρ"),
    "momentum_decay": (r"\psi", "ψ"),
    "step_up": (r"\eta^{+}", "η⁺"),
    "step_down": (r"\eta^{-}", "η⁻"),
    "step_min": (r"\Delta_{\min}", "Δₘᵢₙ"),
    "step_max": (r"\Delta_{\max}", "Δₘₐₓ"),
    "label_smoothing": (r"\varepsilon", "ε"),
    "total_steps": ("T", "T"),
    "final_rate": (r"\eta_{\min}", "ηₘᵢₙ"),
    "minimum_rate": (r"\eta_{\min}", "ηₘᵢₙ"),
    "cycle": ("T", "T"),
    "cycle_growth": ("g", "g"),
    "exponential_factor": (r"\gamma", "γ"),
    "step_factor": (r"\gamma", "γ"),
    "plateau_factor": (r"\gamma", "γ"),
    "step_every": ("s", "s"),
    "rate_decay": ("k", "k"),
    "warmup": ("T", "T"),
    "warmup_start": ("s", "s"),
    "power": ("p", "p"),
    "rise_share": (r"\rho", "ρ"),
    "start_divisor": ("d", "d"),
    "final_divisor": ("e", "e"),
    "plateaus": ("k", "k"),
    "factor": ("c", "c"),
    "l1": (r"\lambda_{1}", "λ₁"),
    "l2": (r"\lambda_{2}", "λ₂"),
    "elastic_net": (r"\lambda", "λ"),
    "l1_ratio": (r"\rho", "ρ"),
    "max_norm": ("c", "c"),
    "rate": ("p", "p"),
    "clip_value": ("c", "c"),
    "clip_norm": ("c", "c"),
    "grad_norm": (r"\left\Vert \nabla L\right\Vert ", "‖∇L‖"),
    "row_norm": (r"\left\Vert w\right\Vert ", "‖w‖"),
    # What a search along a direction d reads.
    "armijo": (r"c_{1}", "c₁"),
    "steep": (r"g^{\mathsf{T}}d", "gᵀd"),
    "loss_here": (r"L(\theta)", "L(θ)"),
    "loss_there": (r"L(\theta+\alpha\,d)", "L(θ+αd)"),
    "loss_bound": (r"L_{\max}", "Lₘₐₓ"),
    "g_g": (r"g^{\mathsf{T}}g", "gᵀg"),
    "g_before": (r"g^{\mathsf{T}}g_{-}", "gᵀg₋"),
    "before_before": (r"g_{-}^{\mathsf{T}}g_{-}", "g₋ᵀg₋"),
    "d_before": (r"d_{-}", "d₋"),
    "g_all": ("g", "g"),
    "d_all": ("d", "d"),
    "H_row": (r"H_{i}", "Hᵢ"),
    "H_own": (r"H_{i,i}", "Hᵢᵢ"),
    "tau": (r"\tau", "τ"),
    "others": ("j", "j"),
    "winner": (r"p^{\ast}", "p*"),
}
"""Names that are more than their own letter."""

RUNNING = {"others": (r"j\ne i", "j≠i")}
"""Indices below a Σ that leave something out."""

CONSTANTS = {"pi": 3.141592653589793}

SUBSCRIPTS = str.maketrans("0123456789+-aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
SUPERSCRIPTS = str.maketrans("0123456789+-()lLt−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ˡᴸᵗ⁻")
RAISED_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

_GATE = re.compile(r"(Wx|Wh|b|bx|bh|delta)_([ifgornzq])")


_DERIVATIVE = re.compile(r"d([LRf])_d(.+)")


def derivative(name: str) -> tuple[str, str] | None:
    """Return of what, and by what, a name like dL_dW is the derivative."""
    found = _DERIVATIVE.fullmatch(name)
    return (found[1], found[2]) if found else None


def tex_name(name: str) -> str:
    """Return a name's letter, without what stands below and above it."""
    if name in NAMES:
        return NAMES[name][0]
    gate = _GATE.fullmatch(name)
    if gate:
        inner = tex_name(gate[1])
        # W_x has its subscript already: the gate stands beside it.
        return f"{inner[:-1]}{gate[2]}}}" if inner.endswith("}") else f"{inner}_{{{gate[2]}}}"
    base, _, below = name.partition("_")
    return rf"{_word(base)}_{{{_word(below)}}}" if below else _word(base)


def plain_name(name: str) -> str:
    """Return a name as text."""
    if name in NAMES:
        return NAMES[name][1]
    gate = _GATE.fullmatch(name)
    if gate:
        return f"{plain_name(gate[1])}_{gate[2]}"
    return name


def _word(text: str) -> str:
    return text if len(text) <= 1 else rf"\mathrm{{{text}}}"
