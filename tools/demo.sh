#!/usr/bin/env bash
# From nothing to a segmentation network, on a drawn sample: installs what is missing, then runs tools/demo.py.
#   bash tools/demo.sh [--work-dir DIR]
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/setup_env.sh crf demo
exec "$PYTHON" tools/demo.py "$@"
