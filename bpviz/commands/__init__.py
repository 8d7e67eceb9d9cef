"""The subcommands of ``bpviz``: one module each, imported only when it is called."""
