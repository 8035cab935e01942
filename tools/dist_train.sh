#!/usr/bin/env bash
# Train with several processes, one per GPU; without GPUs they share the cores.
#   bash tools/dist_train.sh CONFIG GPUS [options of train.py]
# Several machines, the same command on each:
#   NNODES=2 NODE_RANK=0 MASTER_ADDR=10.0.0.1 PORT=29500 bash tools/dist_train.sh CONFIG GPUS_OF_EACH
set -euo pipefail
if [ $# -lt 2 ]; then
    sed -n '2,5s/^# //p' "$0" >&2
    exit 2
fi
config=$1 gpus=$2
shift 2
exec bash "$(dirname "$0")/_torchrun.sh" "$gpus" train.py "$config" "$@"
