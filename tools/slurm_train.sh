#!/usr/bin/env bash
# Train under Slurm, one task per GPU.
#   [GPUS=4] [GPUS_PER_NODE=4] [CPUS_PER_TASK=5] [SRUN_ARGS='--time 8:00:00'] \
#       bash tools/slurm_train.sh PARTITION JOB_NAME CONFIG [options of train.py]
# GPUS_PER_NODE=0 runs GPUS tasks on CPUs.
set -euo pipefail
if [ $# -lt 3 ]; then
    sed -n '2,5s/^# //p' "$0" >&2
    exit 2
fi
exec bash "$(dirname "$0")/_srun.sh" train.py "$@"
