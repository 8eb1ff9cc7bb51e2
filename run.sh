#!/usr/bin/env bash
# The front door of a clone. Sets up .venv when something is missing, then:
#   ./run.sh [app [--port N]]   opens the app
#   ./run.sh test [...]         checks and tests; with arguments, only pytest with them
#   ./run.sh bench [...]        measures
#   ./run.sh ANYTHING ELSE      the command line, for example ./run.sh --help
# Everything it says goes to standard error: standard output is for data. Written for bash 3.2, which macOS has.
set -euo pipefail

link=${BASH_SOURCE[0]}
while [ -L "$link" ]; do # so that a link to it from a folder in PATH works
    target=$(readlink "$link")
    case $target in /*) link=$target ;; *) link=$(dirname -- "$link")/$target ;; esac
done
root=$(cd -- "$(dirname -- "$link")" && pwd -P)
venv=$root/.venv
python=$venv/bin/python
lock=$root/.venv.lock

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

has_uv() { [ -z "${HANDAI_NO_UV:-}" ] && uv --version >/dev/null 2>&1; }

is_new_enough() { "$1" -I -S -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

can_make_venv() { has_uv || "$1" -I -c 'import ensurepip, venv' >/dev/null 2>&1; }

version_of() { "$1" -I -S -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

no_python() {
    say "Handai needs Python 3.11 or newer, and found none. Nothing was changed."
    case $(uname -s) in
    Darwin) say "Install it from https://www.python.org/downloads/ or with: brew install python" ;;
    *) say "Install it, for example with: sudo apt-get install python3 python3-venv" ;;
    esac
    fail "Then start again. A Python elsewhere can be named: HANDAI_PYTHON=/path/to/python3 ./run.sh"
}

no_venv_module() {
    local version
    version=$(version_of "$1")
    say "Python $version is here, but without the part that makes environments. Nothing was changed."
    case $(uname -s) in
    Darwin) say "Install a whole Python from https://www.python.org/downloads/ or with: brew install python" ;;
    *) say "Install it: sudo apt-get install python$version-venv (in other systems: the package with venv and ensurepip)" ;;
    esac
    fail "Then start again."
}

# Prints the Python to build on: the newest that can make an environment.
find_python() {
    local candidate incomplete=
    if [ -n "${HANDAI_PYTHON:-}" ]; then
        is_new_enough "$HANDAI_PYTHON" || fail "HANDAI_PYTHON=$HANDAI_PYTHON is not a Python 3.11 or newer."
        can_make_venv "$HANDAI_PYTHON" || no_venv_module "$HANDAI_PYTHON"
        printf '%s\n' "$HANDAI_PYTHON"
        return
    fi
    for candidate in python3.14 python3.13 python3.12 python3.11 python3; do
        is_new_enough "$candidate" || continue
        if can_make_venv "$candidate"; then
            command -v "$candidate"
            return
        fi
        incomplete=${incomplete:-$candidate}
    done
    [ -z "$incomplete" ] || no_venv_module "$incomplete"
    has_uv || no_python
    printf '%s\n' ">=3.11,<3.15" # uv brings one
}

# A link's target is written with the link, so the lock never exists without its owner.
take_lock() {
    local owner waited=
    until ln -sn "$$" "$lock" 2>/dev/null; do
        owner=$(readlink "$lock" || true)
        if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
            rm -f "$lock"
            continue
        fi
        [ -w "$root" ] || fail "Handai can't write to its folder, $root. Copy it to a folder of yours."
        [ -n "$waited" ] || say "Another Handai is being set up here; waiting for it (if there is none, delete $lock) ..."
        waited=yes
        sleep 0.2
    done
    trap 'rm -f "$lock"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

release_lock() {
    rm -f "$lock"
    trap - EXIT INT TERM HUP
}

make_venv() {
    local base
    base=$(find_python)
    if has_uv; then
        uv venv --quiet --clear --python "$base" "$venv" >&2
    else
        "$base" -m venv --clear "$venv" >&2
    fi
}

venv_is_usable() { is_new_enough "$python" && { has_uv || "$python" -I -m pip --version >/dev/null 2>&1; }; }

install() {
    if has_uv; then
        uv pip install --quiet --compile-bytecode --python "$python" --require-hashes -r "$1" >&2
    else
        PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 "$python" -I -m pip install --quiet --no-input --require-hashes -r "$1" >&2
    fi
}

# What was installed: the Python and the hash of the pins. One start of Python, about 20 ms.
stamp_for() {
    "$python" -I -S -c 'import hashlib, sys
print("%d.%d" % sys.version_info[:2], hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1" 2>/dev/null
}

is_ready() {
    local stamp
    stamp=$(stamp_for "$1") && [ -f "$2" ] && [ "$stamp" = "$(cat "$2")" ]
}

# Brings .venv to the pins in file $1. The stamp is written last: whatever interrupts this, the next start mends it.
set_up() {
    local pins=$root/$1 stamp=$venv/.handai-$1
    ! is_ready "$pins" "$stamp" || return 0
    take_lock
    if ! is_ready "$pins" "$stamp"; then
        say "Setting up Handai in $venv (the first time takes a minute or two) ..."
        venv_is_usable || make_venv
        rm -f "$stamp"
        install "$pins" || fail "The set-up did not finish: see above. Check the network, then start again; it goes on from here."
        stamp_for "$pins" >"$stamp.new"
        mv -f "$stamp.new" "$stamp"
        say "Ready."
    fi
    release_lock
}

check_and_test() {
    cd -- "$root"
    if [ $# -eq 0 ]; then
        "$python" -m ruff check .
        "$python" -m ruff format --check .
        "$python" -m mypy
        # Most tests wait for something, so four at a time share even two cores; of the stories, each with a browser, two.
        "$python" -m pytest -n 4 --dist loadfile --ignore tests/browser
        set -- -n 2 --dist loadfile tests/browser
    fi
    exec "$python" -m pytest "$@"
}

case $(uname -s) in
Linux | Darwin) ;;
*) fail "Handai runs on Linux and macOS; on Windows, inside WSL." ;;
esac

set_up requirements.txt
case ${1:-app} in
app)
    [ $# -eq 0 ] || shift
    cd -- "$root"
    exec "$python" -m services.launch "$@"
    ;;
test)
    shift
    set_up requirements-dev.txt
    check_and_test "$@"
    ;;
bench)
    shift
    cd -- "$root"
    exec "$python" -m bench "$@"
    ;;
*) exec "$python" "$root/handai_cli.py" "$@" ;;
esac
