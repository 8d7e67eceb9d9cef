"""See gradient descent and backpropagation at work, iteration by iteration."""

__version__ = "0.1.0"

_LAZY = ("Run", "train")


def __getattr__(name: str) -> object:
    """Import what trains only when it is asked for: `import bpviz` alone stays light (PEP 562)."""
    if name in _LAZY:
        from bpviz import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_LAZY])
