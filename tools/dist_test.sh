#!/usr/bin/env bash
# Test with several processes, one per GPU; without GPUs they share the cores.
#   bash tools/dist_test.sh CONFIG CHECKPOINT GPUS [options of test.py]
# Several machines, the same command on each:
#   NNODES=2 NODE_RANK=0 MASTER_ADDR=10.0.0.1 PORT=29500 bash tools/dist_test.sh CONFIG CHECKPOINT GPUS_OF_EACH
set -euo pipefail
if [ $# -lt 3 ]; then
    sed -n '2,5s/^# //p' "$0" >&2
    exit 2
fi
config=$1 checkpoint=$2 gpus=$3
shift 3
exec bash "$(dirname "$0")/_torchrun.sh" "$gpus" test.py "$config" "$checkpoint" "$@"
