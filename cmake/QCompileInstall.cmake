# What `cmake --install` puts in place beside the targets: the headers that plugins and embedders include, the
# CMake package, and run paths by which the installed tree runs from wherever it is moved to. The library targets
# name themselves in the export set QCompileTargets where they are defined.
include(CMakePackageConfigHelpers)

# Include paths are those of the source tree: "compiler/backend/Backend.h" below this folder.
set(qc_include ${CMAKE_INSTALL_INCLUDEDIR}/qcompile)
set(qc_package ${CMAKE_INSTALL_LIBDIR}/cmake/QCompile)

# qc_install_headers(FOLDER name...): files of a folder of the source tree.
function(qc_install_headers folder)
  list(TRANSFORM ARGN PREPEND ${PROJECT_SOURCE_DIR}/${folder}/)
  install(FILES ${ARGN} DESTINATION ${qc_include}/${folder})
endfunction()

# qc_install_folder(FOLDER pattern...): files directly in FOLDER, of the source tree or generated.
function(qc_install_folder root folder)
  set(patterns)
  foreach(pattern ${ARGN})
    list(APPEND patterns PATTERN "${pattern}")
  endforeach()
  install(DIRECTORY ${root}/${folder}/ DESTINATION ${qc_include}/${folder} FILES_MATCHING ${patterns}
          PATTERN "CMakeFiles" EXCLUDE PATTERN "generator" EXCLUDE PATTERN "schemas" EXCLUDE)
endfunction()

# qc_install_rpath(target folder libraries...): where an installed binary in `folder` of the prefix looks.
function(qc_install_rpath target folder)
  file(RELATIVE_PATH up /${folder} /${CMAKE_INSTALL_LIBDIR})
  string(REGEX REPLACE "/$" "" origin "$ORIGIN/${up}")
  # No empty entry: it would stand for the working directory.
  set(paths ${origin} ${ARGN})
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "${paths}")
endfunction()

# The runtime.
qc_install_folder(${PROJECT_SOURCE_DIR} runtime/core "*.h")
qc_install_folder(${PROJECT_SOURCE_DIR} runtime/encoding "*.h")
qc_install_folder(${PROJECT_SOURCE_DIR} runtime/program "*.h")
qc_install_headers(runtime/artifact artifact.h)
qc_install_headers(runtime/reference registry.h)
target_include_directories(qcompile_runtime INTERFACE $<INSTALL_INTERFACE:${qc_include}>)
target_compile_features(qcompile_runtime INTERFACE cxx_std_20)
qc_install_rpath(qcompile_runtime ${CMAKE_INSTALL_LIBDIR})

if(NOT QCOMPILE_RUNTIME_ONLY)
  foreach(folder compiler/backend compiler/compare compiler/compress compiler/convert compiler/evaluator compiler/inspect compiler/io compiler/session)
    qc_install_folder(${PROJECT_SOURCE_DIR} ${folder} "*.h")
  endforeach()
  qc_install_headers(compiler/frontend Frontend.h ImportReport.h)
  qc_install_headers(compiler/frontend/export Export.h)
  qc_install_headers(backends RegisterBackends.h)
  install(FILES ${PROJECT_BINARY_DIR}/compiler/backend/HeaderFingerprint.h
          DESTINATION ${qc_include}/compiler/backend)
  install(FILES ${PROJECT_BINARY_DIR}/compiler/session/Version.h
          DESTINATION ${qc_include}/compiler/session)
  foreach(dialect data diagnostics encoding onnx qnn)
    qc_install_folder(${PROJECT_SOURCE_DIR} dialects/${dialect} "*.h" "*.td" "*.def")
    if(NOT dialect STREQUAL diagnostics)
      qc_install_folder(${PROJECT_BINARY_DIR} dialects/${dialect} "*.h.inc" "*.td")
    endif()
  endforeach()
  # Of a pass only the header that its declaration goes with: the others in its folder are its own.
  file(GLOB passes CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} passes/*/*.td)
  # What declarations of compression passes share; the frame behind it has no pass of its own.
  list(FILTER passes EXCLUDE REGEX "^passes/compression/")
  qc_install_headers(passes/compression CompressionOptions.td)
  foreach(td ${passes})
    get_filename_component(folder ${td} DIRECTORY)
    get_filename_component(name ${td} NAME_WE)
    qc_install_headers(${folder} ${name}.td ${name}.h)
    install(FILES ${PROJECT_BINARY_DIR}/${folder}/${name}.h.inc DESTINATION ${qc_include}/${folder})
  endforeach()

  # LLVM stays where it is; the onnx library is no package of the system, so it comes along.
  install(IMPORTED_RUNTIME_ARTIFACTS ONNX::onnx LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  foreach(library qcompile qcompile_backends)
    qc_install_rpath(${library} ${CMAKE_INSTALL_LIBDIR} ${LLVM_LIBRARY_DIR})
  endforeach()
  foreach(tool qcompile-tool qcompile-opt-tool)
    qc_install_rpath(${tool} ${CMAKE_INSTALL_BINDIR} ${LLVM_LIBRARY_DIR})
  endforeach()
endif()

# The package.
install(EXPORT QCompileTargets NAMESPACE QCompile:: DESTINATION ${qc_package})
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/QCompileConfig.cmake.in ${PROJECT_BINARY_DIR}/cmake/QCompileConfig.cmake
  INSTALL_DESTINATION ${qc_package} PATH_VARS qc_include)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/QCompileConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cmake/QCompileConfig.cmake
              ${PROJECT_BINARY_DIR}/cmake/QCompileConfigVersion.cmake DESTINATION ${qc_package})
