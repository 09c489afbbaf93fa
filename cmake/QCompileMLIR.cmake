# Finds LLVM/MLIR 22 and defines how the compiler's libraries are built. See docs/Architecture.md.

find_program(LLVM_CONFIG_22 llvm-config-22)
if(LLVM_CONFIG_22)
  execute_process(COMMAND ${LLVM_CONFIG_22} --prefix OUTPUT_VARIABLE llvm_prefix
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  list(APPEND CMAKE_PREFIX_PATH ${llvm_prefix})
endif()
find_package(MLIR 22.1 REQUIRED CONFIG)
if(NOT LLVM_VERSION_MAJOR EQUAL 22 OR NOT TARGET MLIR)
  message(FATAL_ERROR "expected LLVM/MLIR 22 with its shared library, found ${LLVM_VERSION}: "
                      "install the Debian packages llvm-22-dev and libmlir-22-dev")
endif()
# The exported configuration does not say that the shared library is there to be linked.
set(MLIR_LINK_MLIR_DYLIB ON)
set(LLVM_LINK_LLVM_DYLIB ON)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)

# protobuf must be found before ONNX, whose configuration refers to its targets.
find_package(Protobuf REQUIRED)
find_package(ONNX 1.23 REQUIRED CONFIG)

include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})

# The headers that nearly every source needs, precompiled once and reused.
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/pch.cpp CONTENT "" @ONLY)
add_library(qcompile_pch OBJECT ${PROJECT_BINARY_DIR}/pch.cpp)
target_precompile_headers(qcompile_pch PRIVATE
  <mlir/IR/Builders.h>
  <mlir/IR/BuiltinAttributes.h>
  <mlir/IR/BuiltinOps.h>
  <mlir/IR/BuiltinTypes.h>
  <mlir/IR/DialectImplementation.h>
  <mlir/IR/OpImplementation.h>
  <mlir/IR/PatternMatch.h>
  <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/Pass/Pass.h>
  <mlir/Pass/PassManager.h>)
target_compile_options(qcompile_pch PRIVATE -Xclang -fno-pch-timestamp)
target_compile_definitions(qcompile_pch PRIVATE ${LLVM_DEFINITIONS})

# Every generated header, whichever folder declares it: sources wait for all of them, since folders that come
# earlier in the build include those of later ones.
add_custom_target(qcompile-tablegen)

# qc_tablegen(TD output generator-flags...) for each declared output; sets the target to depend on.
#   qc_tablegen(NAME QnnOps TD QnnOps.td OUTPUTS QnnOps.h.inc "-gen-op-decls" ...)
function(qc_tablegen)
  cmake_parse_arguments(ARG "" "NAME;TD" "OUTPUTS;INCLUDES" ${ARGN})
  set(LLVM_TARGET_DEFINITIONS ${ARG_TD})
  list(LENGTH ARG_OUTPUTS count)
  math(EXPR last "${count} / 2 - 1")
  foreach(i RANGE ${last})
    math(EXPR o "2 * ${i}")
    math(EXPR f "2 * ${i} + 1")
    list(GET ARG_OUTPUTS ${o} output)
    list(GET ARG_OUTPUTS ${f} flags)
    separate_arguments(flags)
    mlir_tablegen(${output} ${flags} EXTRA_INCLUDES ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  endforeach()
  add_custom_target(${ARG_NAME}IncGen DEPENDS ${TABLEGEN_OUTPUT})
  add_dependencies(qcompile-tablegen ${ARG_NAME}IncGen)
endfunction()

# qc_add_library(name SOURCES... DEPENDS... [NO_PCH]): sources that become part of libqcompile.
function(qc_add_library name)
  cmake_parse_arguments(ARG "NO_PCH" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_library(${name} OBJECT ${ARG_SOURCES})
  qc_compile_settings(${name})
  if(NOT ARG_NO_PCH)
    target_precompile_headers(${name} REUSE_FROM qcompile_pch)
  endif()
  target_link_libraries(${name} PUBLIC absl::status absl::statusor absl::strings ${ARG_LINK})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  set_property(GLOBAL APPEND PROPERTY QCOMPILE_LIBRARIES ${name})
endfunction()

# Settings shared by everything that includes MLIR headers.
function(qc_compile_settings name)
  target_compile_definitions(${name} PRIVATE ${LLVM_DEFINITIONS})
  target_compile_options(${name} PRIVATE -Xclang -fno-pch-timestamp)
  add_dependencies(${name} qcompile-tablegen)
endfunction()

# qc_add_pass(Name): the pass of this folder, from Name.td, Name.h and Name.cpp.
function(qc_add_pass name)
  qc_tablegen(NAME ${name}Pass TD ${name}.td OUTPUTS ${name}.h.inc "-gen-pass-decls -name=${name}")
  qc_add_library(QCompile${name} SOURCES ${name}.cpp ${ARGN})
endfunction()

# qc_add_backend(name CLASS Class HEADER path SOURCES ... [LINK ...] [DEPENDS ...]): a backend of the tree,
# part of libqcompile_backends; the generated registration list names it.
function(qc_add_backend name)
  cmake_parse_arguments(ARG "" "CLASS;HEADER" "SOURCES;LINK;DEPENDS" ${ARGN})
  add_library(QCompileBackend_${name} OBJECT ${ARG_SOURCES})
  qc_compile_settings(QCompileBackend_${name})
  target_precompile_headers(QCompileBackend_${name} REUSE_FROM qcompile_pch)
  target_link_libraries(QCompileBackend_${name} PUBLIC absl::status absl::statusor absl::strings
                        ${ARG_LINK})
  if(ARG_DEPENDS)
    add_dependencies(QCompileBackend_${name} ${ARG_DEPENDS})
  endif()
  set_property(GLOBAL APPEND PROPERTY QCOMPILE_BACKENDS ${name})
  set_property(GLOBAL PROPERTY QCOMPILE_BACKEND_${name}_CLASS ${ARG_CLASS})
  set_property(GLOBAL PROPERTY QCOMPILE_BACKEND_${name}_HEADER ${ARG_HEADER})
endfunction()
