#!/usr/bin/env bash
# Every check that needs no running program.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() {
    echo "── $*"
    "$@"
}
PATH="$PWD/.venv/bin:$PATH"
step ruff check .
step ruff format --check .
step mypy
step lint-imports
