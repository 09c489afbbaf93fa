#!/usr/bin/env bash
# Builds and installs the onnx C++ library (shared, no Python bindings) from its source release.
# usage: build.sh PREFIX   (the build happens beside the prefix; nothing is done when it is current)
set -euo pipefail
version=1.23.2
sha256=008cb0467b2bbee41448acc7da8b6f4e704624cb0d327a2d5adafc7ce19bc5b8

prefix=$(mkdir -p "$1" && cd "$1" && pwd)
stamp="$prefix/.version"
if [ "$(cat "$stamp" 2>/dev/null)" = "$version $sha256" ]; then exit 0; fi

work="$prefix.work"
rm -rf "$work"
mkdir -p "$work"
echo "fetching onnx $version (source release from PyPI)"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" download --quiet --no-deps --no-binary onnx --dest "$work" "onnx==$version"
echo "$sha256  $work/onnx-$version.tar.gz" | sha256sum --check --quiet
tar -xf "$work/onnx-$version.tar.gz" -C "$work"
src="$work/onnx-$version"
# The release declares CMake 3.26; nothing in it needs more than Debian's 3.25.
sed -i 's/cmake_minimum_required(VERSION 3.26)/cmake_minimum_required(VERSION 3.25)/' "$src/CMakeLists.txt"
launcher=()
if command -v ccache >/dev/null; then
  launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
cmake -G Ninja -S "$src" -B "$work/build" -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22 "${launcher[@]}" \
  -DBUILD_SHARED_LIBS=ON -DONNX_USE_PROTOBUF_SHARED_LIBS=ON -DONNX_BUILD_PYTHON=OFF \
  -DONNX_ML=ON -DCMAKE_INSTALL_PREFIX="$prefix" >"$work/configure.log"
ninja -C "$work/build" install >"$work/build.log" || { tail -n 40 "$work/build.log"; exit 1; }
echo "$version $sha256" >"$stamp"
rm -rf "$work"
