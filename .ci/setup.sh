#!/usr/bin/env bash
# Installs what bpviz needs, where it is missing: system packages, then .venv, then Python packages.
#
#   .ci/setup.sh run|dev|bench
#
# The second time it finds everything there, needs no network and takes well under a second.
# BPVIZ_SKIP_SYSTEM=1 leaves the system's packages alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

group=${1:-run}
minimum="3.11"

# What Qt loads (without these PySide6 cannot be imported), OpenGL in software, a screen in memory
# for pictures with no display, and letters for both languages.
qt_packages=(
    libglib2.0-0 libgl1 libegl1 libgl1-mesa-dri libxkbcommon0 libdbus-1-3 libfontconfig1
    libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0
    libxcb-xkb1 libxkbcommon-x11-0
)
screen_packages=(xvfb xauth)
font_packages=(fonts-noto-cjk fonts-dejavu-core)

say() { printf 'bpviz set-up: %s\n' "$*"; }
stop() {
    printf 'bpviz set-up: %s\n' "$@" >&2
    exit 1
}

is_debian() { command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; }

missing_of() {
    local package installed
    # Since the change to 64-bit time some libraries are called …t64.
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" "${@/%/t64}" 2>/dev/null || true)
    for package in "$@"; do
        grep -qxE "installed $package(t64)?" <<<"$installed" || printf '%s ' "$package"
    done
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && good_python "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

good_python() {
    "$1" -c "import sys; sys.exit(sys.version_info[:2] < tuple(map(int, '$minimum'.split('.'))))" 2>/dev/null
}

can_make_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

has_good_venv() { [ -x .venv/bin/python ] && good_python .venv/bin/python && ! was_moved; }

# A checkout that was moved leaves scripts that point to where it was.
was_moved() { [ -f .venv/.bpviz-place ] && [ "$(cat .venv/.bpviz-place)" != "$PWD" ]; }

missing_python() {
    local python
    if has_good_venv; then
        return 0
    elif ! python=$(find_python); then
        printf 'python3 python3-venv'
    elif ! can_make_venv "$python"; then
        "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
    fi
}

as_root=()
can_be_root() {
    [ "$(id -u)" -eq 0 ] && return 0
    command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; } && as_root=(sudo)
}

apt_install() {
    local log
    log=$(mktemp)
    say "reading the lists of packages (apt-get update) …"
    # One source of many may be out of reach: what matters is whether the packages come.
    "${as_root[@]}" apt-get update -q >"$log" 2>&1 || cat "$log" >&2
    say "installing (apt-get install) …"
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        stop "apt-get could not install: $*" "Its own words are above; the network is needed this once."
    fi
    rm -f "$log"
}

install_system_packages() {
    local python qt screen fonts
    [ "${BPVIZ_SKIP_SYSTEM:-}" = 1 ] && return 0
    if ! is_debian; then
        is_ready "$group" || say "no apt-get here: please see to it that Python $minimum, OpenGL," \
            "on Linux Xvfb and the xcb libraries, and a Chinese font are installed."
        return 0
    fi
    python=$(missing_python)
    qt=$(missing_of "${qt_packages[@]}")
    screen=$(missing_of "${screen_packages[@]}")
    fonts=$(missing_of "${font_packages[@]}")
    [ -n "$python$qt$screen$fonts" ] || return 0
    say "these system packages are missing:"
    [ -z "$python" ] || say "  Python $minimum or newer, with venv: $python"
    [ -z "$qt" ] || say "  what Qt and OpenGL load: $qt"
    [ -z "$screen" ] || say "  a screen in memory, for pictures with no display: $screen"
    [ -z "$fonts" ] || say "  letters for English and Chinese: $fonts"
    # shellcheck disable=SC2086 # the lists are to be split
    if can_be_root; then
        apt_install $python $qt $screen $fonts
    else
        say "You are not root and cannot use sudo here. Ask whoever looks after this machine to run:" >&2
        say "  apt-get install --no-install-recommends" $python $qt $screen $fonts >&2
        [ -z "$python$qt" ] || stop "or go on without them, as far as that goes: BPVIZ_SKIP_SYSTEM=1 make …"
        say "going on without them."
    fi
}

python_for_venv() {
    if ! find_python >/dev/null && is_debian && [ "${BPVIZ_SKIP_SYSTEM:-}" != 1 ] && can_be_root; then
        say "the system's own python3 is older; a newer one is put beside it: python$minimum python$minimum-venv" >&2
        apt_install "python$minimum" "python$minimum-venv" >&2
    fi
    find_python || stop "Python $minimum or newer is needed, and there is none here; please install it first."
}

stamp() { { echo "$PWD"; cat pyproject.toml; .venv/bin/python -V; } | cksum; }

is_ready() { has_good_venv && [ "$(cat ".venv/.bpviz-$1" 2>/dev/null)" = "$(stamp)" ]; }

make_venv() {
    local python
    if has_good_venv && .venv/bin/python -m pip --version >/dev/null 2>&1; then
        echo "$PWD" >.venv/.bpviz-place
        return 0
    fi
    python=$(python_for_venv)
    can_make_venv "$python" || stop "$python has no venv module (Debian: python3-venv); please install it first."
    say "making .venv with $("$python" -V) …"
    "$python" -m venv --clear .venv
    echo "$PWD" >.venv/.bpviz-place
}

install_python_packages() {
    local target talk=--progress-bar=on
    case $group in
    run) target="." ;;
    dev) target=".[dev]" ;;
    bench) target=".[dev,bench]" ;;
    *) stop "'$group' is not run, dev or bench." ;;
    esac
    [ -t 1 ] || talk=--quiet
    say "installing bpviz and its Python packages into .venv (some 500 MB on disk, once) …"
    .venv/bin/python -m pip install --disable-pip-version-check "$talk" -e "$target" ||
        stop "pip could not install the Python packages; its own words are above." \
            "The network is needed this once."
    stamp >".venv/.bpviz-run"
    [ "$group" = run ] || stamp >".venv/.bpviz-dev"
    [ "$group" != bench ] || stamp >".venv/.bpviz-bench"
}

install_system_packages
if ! is_ready "$group"; then
    make_venv
    install_python_packages
    say "done."
fi
