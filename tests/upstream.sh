#!/usr/bin/env bash
# Run the tests with OpenMMLab's own releases (tests/upstream_constraints.txt) in an environment of their own.
#   bash tests/upstream.sh [--install-only] [options of pytest, paths from the repository's root]
# PYTHON: a Python 3.10 or 3.11 (python3.11).
# MMWSSS_UPSTREAM_TORCH: another PyTorch than that of the constraints, e.g. 2.14.1.
# MMWSSS_UPSTREAM_VENV: the environment, about 6 GB (.venv-upstream, or .venv-upstream-torch2.14.1 beside .venv).
set -euo pipefail
cd "$(dirname "$0")/.."
torch=${MMWSSS_UPSTREAM_TORCH:-}
venv=${MMWSSS_UPSTREAM_VENV:-$PWD/.venv-upstream${torch:+-torch$torch}}

# A stand-in for MMCV's compiled operators, which MMSegmentation imports and nothing here calls.
add_operators() {
    local mmcv
    mmcv=$("$venv/bin/python" -c 'from importlib.util import find_spec; print(find_spec("mmcv").submodule_search_locations[0])')
    cat > "$mmcv/_ext.py" <<'PYTHON'
def __getattr__(name):
    if name.startswith('__'):
        raise AttributeError(name)

    def operator(*args, **kwargs):
        raise NotImplementedError(f'mmcv-lite has no operator {name}')
    return operator
PYTHON
}

install() {
    local constraints=$venv/constraints.txt
    echo "upstream: installing into $venv (some minutes)" >&2
    [ -x "$venv/bin/python" ] || "${PYTHON:-python3.11}" -m venv "$venv"
    # With another PyTorch, its torchvision is the one that pip finds for it.
    if [ -n "$torch" ]; then
        sed '/^torch/d' tests/upstream_constraints.txt > "$constraints"
        echo "torch==$torch" >> "$constraints"
    else
        cp tests/upstream_constraints.txt "$constraints"
    fi
    pip_install 'setuptools<80' wheel
    pip_install torch torchvision numpy
    pip_install mmengine mmcv-lite mmsegmentation mmpretrain ftfy regex
    add_operators
    pip_install -e '.[cluster,crf,demo,dev]'
}

pip_install() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -c "$venv/constraints.txt" "$@"
}

wanted=$(cat tests/upstream_constraints.txt tests/upstream.sh setup.py | cksum)
if [ "$(cat "$venv/mmwsss-installed" 2> /dev/null)" != "$wanted" ]; then
    install
    echo "$wanted" > "$venv/mmwsss-installed"
fi
if [ "${1:-}" = --install-only ]; then
    exit
fi
export VIRTUAL_ENV=$venv PATH=$venv/bin:$PATH
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-$(( ($(getconf _NPROCESSORS_ONLN) + 1) / 2 ))}
unset PYTHONHOME
exec python -m pytest -c tests/pytest.ini --rootdir . --import-mode=importlib -q --durations=10 "$@"
