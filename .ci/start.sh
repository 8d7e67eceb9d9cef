#!/usr/bin/env bash
# Opens the window; with no display, renders the demo's frames instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname -s)" = Darwin ]; then
    exec .venv/bin/bpviz
fi
echo "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open."
echo "Rendering the demo to frames/ instead: a spiral learnt by 1000 iterations, every 100th as a picture."
.venv/bin/bpviz render --data spiral --layers "8 tanh, 8 tanh" --optimizer adam --iterations 1000 \
    --view window --every 100 --size 1280x720 --out frames --overwrite
echo "The frames are in $PWD/frames."
