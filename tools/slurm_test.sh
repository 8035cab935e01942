#!/usr/bin/env bash
# Test under Slurm, one task per GPU.
#   [GPUS=4] [GPUS_PER_NODE=4] [CPUS_PER_TASK=5] [SRUN_ARGS='--time 1:00:00'] \
#       bash tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT [options of test.py]
# GPUS_PER_NODE=0 runs GPUS tasks on CPUs.
set -euo pipefail
if [ $# -lt 4 ]; then
    sed -n '2,5s/^# //p' "$0" >&2
    exit 2
fi
exec bash "$(dirname "$0")/_srun.sh" test.py "$@"
