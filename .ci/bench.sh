#!/usr/bin/env bash
# Measures the program on a screen in memory and prints a table of ratios.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export LIBGL_ALWAYS_SOFTWARE=1
screen=()
if command -v xvfb-run >/dev/null; then
    unset WAYLAND_DISPLAY
    screen=(xvfb-run -a -s "-screen 0 1920x1080x24")
fi
exec "${screen[@]}" .venv/bin/python -m tests.benchmarks "$@"
