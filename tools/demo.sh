#!/usr/bin/env bash
# Install missing packages and run tools/demo.py, which trains a segmentation network on a drawn sample.
#   bash tools/demo.sh [--work-dir DIR]
set -euo pipefail
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$tools/setup_env.sh" crf demo
exec "$PYTHON" "$tools/demo.py" "$@"
