#!/usr/bin/env bash
# Used by dist_train.sh, dist_test.sh and dist_run.sh: _torchrun.sh PROCESSES TOOL [arguments of the tool]
set -euo pipefail
processes=$1 tool=$2
shift 2
case $processes in
    '' | *[!0-9]* | 0)
        echo "error: the number of GPUs must be at least 1, got '$processes'." >&2
        exit 2
        ;;
esac
nodes=${NNODES:-1}
if [ "$nodes" != 1 ] && [ -z "${MASTER_ADDR:-}" ]; then
    echo "error: NNODES=$nodes needs MASTER_ADDR, the address of the machine with NODE_RANK=0." >&2
    exit 2
fi
if [ "$nodes" = 1 ] && [ -z "${PORT:-}" ]; then
    rendezvous=(--standalone) # finds a free port, so that several runs can share a machine
else
    rendezvous=(--nnodes="$nodes" --node_rank="${NODE_RANK:-0}"
        --master_addr="${MASTER_ADDR:-127.0.0.1}" --master_port="${PORT:-29500}")
fi
if [ -z "${OMP_NUM_THREADS:-}" ]; then
    threads=$(($(getconf _NPROCESSORS_ONLN) / processes))
    export OMP_NUM_THREADS=$((threads > 0 ? threads : 1))
fi
exec "${PYTHON:-python}" -m torch.distributed.run "${rendezvous[@]}" --nproc_per_node="$processes" \
    "$(dirname "$0")/$tool" "$@" --launcher pytorch
