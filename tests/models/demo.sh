#!/usr/bin/env bash
# Compiles a shipped model and runs it on held-out inputs. usage: demo.sh BUILD
set -euo pipefail
build=$1
models=$(cd "$(dirname "$0")" && pwd)
artifact=$build/demo/digits_w2a2

mkdir -p "$build/demo"
"$build/bin/qcompile" "$models/digits_w2a2.onnx" -o "$artifact"
"$build/bin/qcompile" run --from-artifact "$artifact" \
  --input "$models/digits_test_inputs.npy" --labels "$models/digits_test_labels.npy"
echo "artifact: $artifact"
ls -l "$artifact" | awk 'NR > 1 {print "  " $5 "\t" $NF}'
