#!/usr/bin/env bash
# Run a tool with several processes, one per GPU; without GPUs they share the cores.
#   bash tools/dist_run.sh GPUS TOOL [arguments of the tool], e.g. bash tools/dist_run.sh 4 tools/make_cams.py CONFIG CHECKPOINT
# Several machines: see dist_test.sh.
set -euo pipefail
if [ $# -lt 2 ]; then
    sed -n '2,4s/^# //p' "$0" >&2
    exit 2
fi
gpus=$1 tool=$2
shift 2
exec bash "$(dirname "$0")/_torchrun.sh" "$gpus" "$(basename "$tool")" "$@"
