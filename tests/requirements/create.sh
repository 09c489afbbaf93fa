#!/usr/bin/env bash
# Creates what the tests judge by, unless it is current: a Python environment with other implementations, and the
# vendor's open HLS headers (ap_int, hls_stream), which travel inside the hls4ml wheel.
# usage: create.sh ENVIRONMENT HEADERS
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
environment=$1
headers=$2

current() { cmp -s "$here/$1" "$2/.requirements"; }

if ! current judges.txt "$environment"; then
  rm -rf "$environment"
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$here/judges.txt"
  cp "$here/judges.txt" "$environment/.requirements"
fi
if ! current hls-headers.txt "$headers"; then
  rm -rf "$headers"
  "$environment/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-compile \
    --target "$headers" -r "$here/hls-headers.txt"
  cp "$here/hls-headers.txt" "$headers/.requirements"
fi
