#!/usr/bin/env bash
# Used by slurm_train.sh and slurm_test.sh: _srun.sh TOOL PARTITION JOB_NAME [arguments of the tool]
set -euo pipefail
tool=$1 partition=$2 job=$3
shift 3
gpus=${GPUS:-4}
gpus_per_node=${GPUS_PER_NODE:-4}
resources=(--ntasks="$gpus" --cpus-per-task="${CPUS_PER_TASK:-5}")
if [ "$gpus_per_node" -gt 0 ]; then
    if [ "$gpus" -lt "$gpus_per_node" ]; then
        gpus_per_node=$gpus
    fi
    resources+=(--gres="gpu:$gpus_per_node" --ntasks-per-node="$gpus_per_node")
fi
# A random port, the same for all tasks, so that several jobs can share a machine.
export MASTER_PORT=${MASTER_PORT:-$((20000 + RANDOM % 20000))}
# SRUN_ARGS contains several arguments and is split on purpose.
# shellcheck disable=SC2086
exec srun --partition="$partition" --job-name="$job" "${resources[@]}" --kill-on-bad-exit=1 \
    ${SRUN_ARGS:-} "${PYTHON:-python}" -u "$(dirname "$0")/$tool" "$@" --launcher slurm
