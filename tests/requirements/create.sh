#!/usr/bin/env bash
# Creates what the tests judge by, unless it is current: a Python environment with other implementations, and the
# vendor's open HLS headers (ap_int, hls_stream), which travel inside the hls4ml wheel.
# usage: create.sh ENVIRONMENT HEADERS
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
environment=$1
headers=$2
hls4ml=1.3.0

if ! cmp -s "$here/judges.txt" "$environment/.requirements"; then
  rm -rf "$environment"
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$here/judges.txt"
  cp "$here/judges.txt" "$environment/.requirements"
fi

if [ ! -f "$headers/ap_int.h" ]; then
  work=$headers.work
  rm -rf "$work" "$headers"
  mkdir -p "$work"
  "$environment/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$work" "hls4ml==$hls4ml"
  unzip -q "$work"/hls4ml-*.whl 'hls4ml/templates/vivado/ap_types/*' -d "$work"
  mv "$work/hls4ml/templates/vivado/ap_types" "$headers"
  rm -rf "$work"
fi
