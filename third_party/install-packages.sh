#!/usr/bin/env bash
# Installs the Debian packages that are missing, as root or with sudo. Does nothing when all are there.
set -euo pipefail

packages=(
  clang-22 clang-format-22 lld-22 llvm-22-dev llvm-22-tools libmlir-22-dev mlir-22-tools libclang-rt-22-dev libllvmlibc-22-dev
  cmake ninja-build ccache make pkg-config
  libprotobuf-dev protobuf-compiler libabsl-dev libhwy-dev
  libzip-dev libstb-dev
  libgtest-dev libgmock-dev libbenchmark-dev libeigen3-dev
  python3 python3-venv
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

echo "installing ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
