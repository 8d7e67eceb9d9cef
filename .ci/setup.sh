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

is_installed() {
    # Since the change to 64-bit time some libraries are called …t64.
    dpkg-query -W -f '${db:Status-Status}\n' "$1" "$1t64" 2>/dev/null | grep -qx installed
}

missing_of() {
    local package
    for package in "$@"; do
        is_installed "$package" || printf '%s ' "$package"
    done
}

as_root=()
become_root() {
    [ "$(id -u)" -eq 0 ] && return 0
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        as_root=(sudo)
        return 0
    fi
    stop "these system packages are missing: $*" \
        "You are not root and cannot use sudo here. Ask whoever looks after this machine to run:" \
        "    apt-get install --no-install-recommends $*" \
        "or go on without them, as far as that goes: BPVIZ_SKIP_SYSTEM=1 make …"
}

apt_updated=no
apt_install() {
    local log
    become_root "$@"
    log=$(mktemp)
    if [ "$apt_updated" = no ]; then
        say "reading the lists of packages (apt-get update) …"
        "${as_root[@]}" apt-get update -q >"$log" 2>&1 || { cat "$log" >&2; }
        apt_updated=yes
    fi
    say "installing with apt-get: $*"
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        stop "apt-get could not install: $*" "Its own words are above; the network is needed this once."
    fi
    rm -f "$log"
}

install_system_packages() {
    local missing
    [ "${BPVIZ_SKIP_SYSTEM:-}" = 1 ] && return 0
    if ! is_debian; then
        [ "$(uname -s)" = Linux ] &&
            say "no apt-get here: please see to it that OpenGL (Mesa), the xcb libraries, Xvfb and a Chinese font are installed."
        return 0
    fi
    missing=$(missing_of "${qt_packages[@]}")
    [ -z "$missing" ] || say "Qt needs libraries that are missing: $missing"
    local -a wanted
    read -r -a wanted <<<"$missing $(missing_of "${screen_packages[@]}") $(missing_of "${font_packages[@]}")"
    if [ ${#wanted[@]} -gt 0 ]; then
        say "also looked for: a screen in memory (xvfb), and fonts for English and Chinese."
        apt_install "${wanted[@]}"
    fi
}

good_python() {
    "$1" -c "import sys; sys.exit(sys.version_info[:2] < tuple(map(int, '$minimum'.split('.'))))" 2>/dev/null
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

can_make_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

install_python() {
    is_debian && [ "${BPVIZ_SKIP_SYSTEM:-}" != 1 ] ||
        stop "Python $minimum or newer is needed, with venv; please install it first."
    if ! find_python >/dev/null; then
        say "Python $minimum or newer is missing."
        apt_install python3 python3-venv
        find_python >/dev/null || apt_install python3.11 python3.11-venv
    fi
    local python version
    python=$(find_python) || stop "Python $minimum or newer is needed; this system offers none."
    if ! can_make_venv "$python"; then
        version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        say "Python's own venv module is missing."
        apt_install "$version"
        can_make_venv "$python" || stop "$python cannot make a virtual environment; please mend that first."
    fi
}

stamp() { { echo "$PWD"; cat pyproject.toml; .venv/bin/python -V; } | cksum; }

is_ready() {
    [ -x .venv/bin/python ] && good_python .venv/bin/python &&
        [ "$(cat ".venv/.bpviz-$1" 2>/dev/null)" = "$(stamp)" ]
}

make_venv() {
    local python
    # A checkout that was moved leaves scripts that point to where it was.
    if [ -x .venv/bin/python ] && good_python .venv/bin/python && [ "$(cat .venv/.bpviz-place 2>/dev/null)" = "$PWD" ]; then
        return 0
    fi
    python=$(find_python) && can_make_venv "$python" || { install_python && python=$(find_python); }
    say "making .venv with $python ($("$python" -V))"
    "$python" -m venv --clear .venv
    echo "$PWD" >.venv/.bpviz-place
}

install_python_packages() {
    local target quiet=()
    case $group in
    run) target="." ;;
    dev) target=".[dev]" ;;
    bench) target=".[dev,bench]" ;;
    *) stop "“$group” is not run, dev or bench." ;;
    esac
    [ -t 1 ] || quiet=(--quiet)
    say "installing bpviz and its Python packages into .venv (some 500 MB on disk, once) …"
    .venv/bin/python -m pip install --disable-pip-version-check "${quiet[@]}" -e "$target" ||
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
