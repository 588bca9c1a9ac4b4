#!/usr/bin/env bash
# Sets up what the Makefile's targets need. Not meant to be run by hand.
#
#   setup.sh run        .venv with what the pipeline needs     (requirements.txt)
#   setup.sh dev        .venv with the tests' tools as well    (requirements-dev.txt)
#   setup.sh chromium   finds or installs a Chromium; prints its path, alone, on stdout
#   setup.sh lock       remakes both lock files; further words go to uv (--upgrade)
#
# PYTHON=...             the Python to build .venv with
# PLANEVAL_CHROMIUM=...  the Chromium for the tests
#
# Written for bash 3.2 and BSD tools, so that macOS runs it as it comes.
set -euo pipefail
CDPATH='' cd "$(dirname "$0")/.."

VENV=.venv
STAMP=$VENV/.planeval-setup # written last: a .venv without it was interrupted
SUPPORTED='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))'
export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf '%s\n' "$*" >&2; }
die() { printf '%s\n' "$@" >&2; exit 1; }
checksum() { cksum <"$1"; }

# --- Debian and Ubuntu packages ---------------------------------------------

# Installs packages if that takes no password; fails, saying nothing, if not.
apt_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    local sudo=
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true >/dev/null 2>&1 || return 1
        sudo='sudo -n'
    fi
    say "Installing $* (apt-get) ..."
    $sudo apt-get update -qq >/dev/null 2>&1 || true # an old list may still do
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null 2>&1
}

# --- Python -----------------------------------------------------------------

# Does this Python run, and is it one that planeval supports?
supported() { "$1" -c "$SUPPORTED" >/dev/null 2>&1; }
# Can it make an environment? (Debian packs venv and ensurepip separately.)
makes_venvs() { "$1" -c 'import venv, ensurepip' >/dev/null 2>&1; }

find_python() {
    local p
    if [ -n "${PYTHON:-}" ]; then
        supported "$PYTHON" || die "PYTHON=$PYTHON does not run, or is not Python 3.11 to 3.14."
        printf '%s\n' "$PYTHON"
        return
    fi
    # One that needs no further package first, then any.
    for p in python3.13 python3.12 python3.11 python3.14 python3; do
        if supported "$p" && makes_venvs "$p"; then printf '%s\n' "$p"; return; fi
    done
    for p in python3.13 python3.12 python3.11 python3.14 python3; do
        if supported "$p"; then printf '%s\n' "$p"; return; fi
    done
    say "planeval needs Python 3.11 or later (up to 3.14), and none was found. Install one:"
    say "    Debian, Ubuntu:  sudo apt-get install python3 python3-venv"
    say "                     (where python3 is older than 3.11: python3.11 python3.11-venv)"
    say "    macOS:           brew install python@3.13"
    say "or name one you have:  make run PYTHON=path/to/python3"
    exit 1
}

require_venv_module() {
    local python=$1 package
    makes_venvs "$python" && return
    package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    apt_install "$package" || true
    makes_venvs "$python" && return
    if command -v apt-get >/dev/null 2>&1; then
        die "This Python cannot make environments yet. Type this, then run make again:" \
            "    sudo apt-get install $package"
    fi
    die "$python has no venv module. Install a complete Python, or name one: make run PYTHON=..."
}

# --- .venv ------------------------------------------------------------------

# The stamp's lines: where .venv was made (an environment cannot be moved), which
# lock and what was in it, and the pyproject.toml that planeval was installed from.
stamp_place() { pwd; }
stamp_lock() { printf '%s %s\n' "$1" "$(checksum "$1")"; }
stamp_project() { printf 'pyproject.toml %s\n' "$(checksum pyproject.toml)"; }
stamped() { [ -f "$STAMP" ] && grep -qxF "$1" "$STAMP"; }

# Is .venv whole, made here, and still running on the Python that was asked for?
venv_sound() {
    stamped "$(stamp_place)" && supported "$VENV/bin/python" || return 1
    [ -z "${PYTHON:-}" ] && return
    local version='import sys; print(sys.version)'
    [ "$("$PYTHON" -c "$version" 2>&1)" = "$("$VENV/bin/python" -c "$version" 2>&1)" ]
}

install_lock() {
    "$VENV/bin/python" -m pip install -qq --require-hashes -r "$1" || die \
        "The packages could not be installed (pip's reason is above). If this network needs a" \
        "proxy or a package mirror, set it in pip's own configuration, then run make again."
}

install_planeval() {
    "$VENV/bin/python" -m pip install -qq --no-deps --no-build-isolation -e . ||
        die "planeval itself could not be installed (pip's reason is above)."
}

setup_venv() { # $1: run or dev
    local base='' lock=requirements.txt python
    [ "$1" = dev ] && lock=requirements-dev.txt

    # What of .venv can be kept? An environment set up for the tests serves a
    # run too; one set up for a run lacks only the tests' packages.
    if venv_sound; then
        if stamped "$(stamp_lock requirements-dev.txt)"; then
            base=requirements-dev.txt
        elif stamped "$(stamp_lock requirements.txt)"; then
            base=requirements.txt
        fi
    fi
    [ "$base" = requirements-dev.txt ] && lock=$base
    if [ "$base" = "$lock" ] && stamped "$(stamp_project)"; then return; fi

    if [ -z "$base" ]; then
        # None of it: made by nobody, half, elsewhere, or from another lock.
        python=$(find_python)
        require_venv_module "$python"
        say "Setting up the environment in $VENV (once, a minute or two) ..."
        rm -rf "$VENV"
        "$python" -m venv "$VENV" || die "$python could not make the environment $VENV."
        install_lock "$lock"
    elif [ "$base" != "$lock" ]; then
        say "Adding the tests' tools to $VENV (once) ..."
        rm -f "$STAMP"
        install_lock "$lock"
    else
        say "pyproject.toml has changed: installing planeval again ..."
        rm -f "$STAMP"
    fi
    install_planeval
    { stamp_place; stamp_lock "$lock"; stamp_project; } >"$STAMP.new"
    mv "$STAMP.new" "$STAMP"
    say "The environment is ready."
}

# --- Chromium, for the tests that look at a page ----------------------------

find_chromium() {
    local c
    for c in "${PLANEVAL_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        # Asked for its version, because Ubuntu's may be a stand-in that runs nothing.
        if [ -n "$c" ] && command -v "$c" >/dev/null 2>&1 && "$c" --version >/dev/null 2>&1; then
            command -v "$c"
            return
        fi
    done
    # One that playwright brought earlier.
    c=$("$VENV/bin/python" -c '
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    print(p.chromium.executable_path)' 2>/dev/null) && [ -x "$c" ] && printf '%s\n' "$c"
}

setup_chromium() {
    if [ -n "${PLANEVAL_CHROMIUM:-}" ] && ! "$PLANEVAL_CHROMIUM" --version >/dev/null 2>&1; then
        die "PLANEVAL_CHROMIUM=$PLANEVAL_CHROMIUM does not run."
    fi
    find_chromium && return
    apt_install chromium fonts-noto-cjk && find_chromium && return
    say "Fetching a Chromium for the tests (once) ..."
    "$VENV/bin/python" -m playwright install chromium >/dev/null 2>&1 && find_chromium && return
    say "The tests open the report in Chromium, and none was found or could be installed. Install one:"
    say "    Debian:  sudo apt-get install chromium fonts-noto-cjk"
    say "    Ubuntu:  sudo snap install chromium"
    say "    macOS:   brew install --cask google-chrome"
    say "or name one you have:  make test PLANEVAL_CHROMIUM=path/to/chromium"
    exit 1
}

# --- Lock files -------------------------------------------------------------

# The tests' lock first, then the pipeline's with the same versions. Neither
# names where packages come from: that is each machine's own configuration.
lock() {
    local tools=.venv-lock python
    if ! "$tools/bin/python" -m uv --version >/dev/null 2>&1; then
        python=$(find_python)
        require_venv_module "$python"
        rm -rf "$tools"
        "$python" -m venv "$tools"
        "$tools/bin/python" -m pip install -qq uv || die "uv, which makes the lock files, could not be installed."
    fi
    lock_one requirements-dev.txt --extra dev --extra cluster --extra database "$@"
    lock_one requirements.txt -c requirements-dev.txt "$@"
}

lock_one() { # the lock file, then options for uv
    local out=$1
    shift
    # What builds planeval is pinned too: the build is offline once these are in.
    "$tools/bin/python" -c '
import tomllib
with open("pyproject.toml", "rb") as f:
    print("\n".join(tomllib.load(f)["build-system"]["requires"]))' |
        "$tools/bin/python" -m uv pip compile --quiet --universal --python-version 3.11 \
            --fork-strategy fewest --generate-hashes --no-emit-index-url --no-header \
            --no-annotate --output-file "$out" "$@" pyproject.toml - >/dev/null
    { echo "# Made from pyproject.toml by: make lock"; cat "$out"; } >"$out.new"
    mv "$out.new" "$out"
    say "$out: $(grep -c '==' "$out") packages"
}

case "${1:-}" in
run | dev) setup_venv "$1" ;;
chromium) setup_chromium ;;
lock)
    shift
    lock "$@"
    ;;
*) die "usage: setup.sh run|dev|chromium|lock" ;;
esac
