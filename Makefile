# The two commands: `make demo` and `make test`. Both do whatever is still to be done, and say how long it took.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
BUILD ?= build
ROOT := $(CURDIR)
ONNX := $(BUILD)/third_party/onnx
JUDGES := $(BUILD)/venv-judges
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60

# Precompiled headers and ccache: what may differ without changing the object.
export CCACHE_SLOPPINESS := pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_BASEDIR := $(ROOT)

step = @printf '%s\n' "== $(1)"; start=$$SECONDS; $(2); printf '%s\n' "== done in $$((SECONDS - start)) s"

CONFIGURE = cmake -G Ninja -S . -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22 \
  -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
  -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld-22 -DCMAKE_SHARED_LINKER_FLAGS=-fuse-ld=lld-22 \
  -DCMAKE_PREFIX_PATH=$(ROOT)/$(ONNX) -DQCOMPILE_JUDGES_PYTHON=$(ROOT)/$(JUDGES)/bin/python \
  -DQCOMPILE_AP_TYPES_DIR=$(ROOT)/$(BUILD)/hls-headers/hls4ml/templates/vivado/ap_types

.PHONY: demo test test-asan test-fuzz packages onnx configure build judges clean help

help:
	@echo "make demo       build, compile a shipped model and run it on held-out inputs"
	@echo "make test       build everything and run every test"
	@echo "make test-asan  the same with the address and undefined-behaviour sanitizers"
	@echo "make test-fuzz  fuzz every reader for FUZZ_SECONDS in all (60)"

packages:
	$(call step,Debian packages,third_party/install-packages.sh)

onnx: packages
	$(call step,onnx library,third_party/onnx/build.sh $(ONNX))

configure: onnx
	$(call step,configure,$(CONFIGURE) -B $(BUILD) $(CMAKE_FLAGS) >$(BUILD)/configure.log || { cat $(BUILD)/configure.log; exit 1; })

build: configure
	$(call step,build the tools,ninja -C $(BUILD) -j$(JOBS) qcompile-tool qcompile-opt-tool)

demo: build
	$(call step,demo,tests/models/demo.sh $(BUILD))

judges: packages
	$(call step,judges' environment,tests/requirements/create.sh $(JUDGES) $(BUILD)/hls-headers)

test: judges configure
	$(call step,build everything,ninja -C $(BUILD) -j$(JOBS))
	@echo "== tests"
	@ctest --test-dir $(BUILD) --output-on-failure -j$(JOBS)

# LLVM's arena allocator poisons memory in instrumented code only, so user poisoning stays off.
test-asan: judges onnx
	$(call step,configure with sanitizers,$(CONFIGURE) -B build-asan -DQCOMPILE_SANITIZE=address\,undefined >build-asan.log || { cat build-asan.log; exit 1; }; mv build-asan.log build-asan/configure.log)
	$(call step,build with sanitizers,ninja -C build-asan -j$(JOBS))
	@echo "== tests with sanitizers"
	@ASAN_OPTIONS=allow_user_poisoning=0:detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
	  ctest --test-dir build-asan --output-on-failure -j$(JOBS) -LE "conformance|install"

# Light optimization, and assertions stay.
test-fuzz: judges onnx
	$(call step,configure the fuzzers,$(CONFIGURE) -B build-fuzz -DQCOMPILE_SANITIZE=address -DQCOMPILE_FUZZ=ON -DCMAKE_CXX_FLAGS_RELEASE="-O1 -gline-tables-only" >build-fuzz.log || { cat build-fuzz.log; exit 1; }; mv build-fuzz.log build-fuzz/configure.log)
	$(call step,build the fuzzers,ninja -C build-fuzz -j$(JOBS) fuzzers qcompile-tool)
	@echo "== fuzzers"
	@$(JUDGES)/bin/python -B tests/fuzz/run.py build-fuzz --seconds $(FUZZ_SECONDS)

clean:
	rm -rf $(BUILD) build-asan build-fuzz
