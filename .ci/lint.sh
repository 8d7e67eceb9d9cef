#!/usr/bin/env bash
# Every check that needs no running program.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PATH="$PWD/.venv/bin:$PATH"
failed=0
step() {
    echo "── $*"
    "$@" || failed=1
}
step ruff check .
step ruff format --check .
step mypy
step lint-imports
exit $failed
