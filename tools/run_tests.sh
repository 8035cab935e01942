#!/usr/bin/env bash
# Style, spelling, types and tests, in an environment that is made if there is none (see setup_env.sh).
#   bash tools/run_tests.sh [options of pytest, paths from the repository's root]
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/setup_env.sh crf demo dev
style=0
for check in 'ruff check .' codespell_lib mypy; do
    # shellcheck disable=SC2086  # a command and its arguments
    "$PYTHON" -m $check || style=$?
done
# Two processes, each with whole files of tests (-n 0: one), share the cores that PyTorch would take for each.
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-$(( ($(getconf _NPROCESSORS_ONLN) + 1) / 2 ))}
"$PYTHON" -m pytest -c tests/pytest.ini --rootdir . --import-mode=importlib -q --durations=10 \
    -n 2 --dist loadfile --no-loadscope-reorder "$@"
exit "$style"
