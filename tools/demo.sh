#!/usr/bin/env bash
# Install missing packages and run tools/demo.py, which trains a segmentation network on a drawn sample.
#   bash tools/demo.sh [--work-dir DIR]
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/setup_env.sh crf demo
exec "$PYTHON" tools/demo.py "$@"
