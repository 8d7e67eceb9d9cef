#!/usr/bin/env bash
# Runs the tests on a screen in memory; what is given is passed on to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Mesa draws in software, the same on every machine; BLAS keeps to one thread a process.
export LIBGL_ALWAYS_SOFTWARE=1 OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1
cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
workers=${BPVIZ_TEST_WORKERS:-$((cores < 4 ? cores : 4))}

# Every process of the tests starts a screen in memory of its own, where Xvfb is installed.
if command -v Xvfb >/dev/null; then
    unset DISPLAY WAYLAND_DISPLAY
    export QT_QPA_PLATFORM=xcb
fi
echo "── pytest, $workers processes"
exec .venv/bin/python -m pytest -n "$workers" --dist worksteal "$@"
