#!/usr/bin/env bash
# Check style, spelling, types and tests; creates an environment if needed (see setup_env.sh).
#   bash tools/run_tests.sh [options of pytest, paths from the repository's root]
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/setup_env.sh crf demo dev
style=0
for check in 'ruff check .' codespell_lib mypy; do
    # shellcheck disable=SC2086  # a command and its arguments
    "$PYTHON" -m $check || style=$?
done
# Two test processes (-n 0: one) with whole files each; they share the cores, which PyTorch would otherwise use twice.
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-$(( ($(getconf _NPROCESSORS_ONLN) + 1) / 2 ))}
"$PYTHON" -m pytest -c tests/pytest.ini --rootdir . --import-mode=importlib -q --durations=10 \
    -n 2 --dist loadfile --no-loadscope-reorder "$@"
exit "$style"
