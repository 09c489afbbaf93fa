# libqcompile_artifact.a: everything that the library of a compiled network may need beside the C
# library and the C++ standard library, in one archive, so that the system's C compiler links an
# artifact from one object file and this. A linker takes from it only what the object refers to: a
# network without float islands gets the kernels and nothing of Abseil.

# Sets `out` to the static archives behind Abseil targets and all that they depend on.
function(qc_absl_archives out)
  set(pending ${ARGN})
  set(seen "")
  set(archives "")
  while(pending)
    list(POP_FRONT pending target)
    if(target IN_LIST seen OR NOT target MATCHES "^absl::" OR NOT TARGET ${target})
      continue()
    endif()
    list(APPEND seen ${target})
    get_target_property(type ${target} TYPE)
    if(NOT type STREQUAL "INTERFACE_LIBRARY")
      string(REPLACE "absl::" "absl_" name ${target})
      find_library(QCOMPILE_ARCHIVE_${name} NAMES lib${name}.a REQUIRED)
      list(APPEND archives ${QCOMPILE_ARCHIVE_${name}})
    endif()
    get_target_property(links ${target} INTERFACE_LINK_LIBRARIES)
    if(links)
      list(APPEND pending ${links})
    endif()
  endwhile()
  list(SORT archives)
  set(${out} ${archives} PARENT_SCOPE)
endfunction()

# Artifacts are linked by the system's C compiler, which knows no sanitizer of this build: in such a
# build their runtime is compiled once more, without.
if(QCOMPILE_SANITIZE)
  get_target_property(runtime_sources qcompile_runtime_objects SOURCES)
  add_library(qcompile_runtime_static STATIC ${runtime_sources} artifact/absl_thread_locals.cc)
  target_compile_options(qcompile_runtime_static PRIVATE -fno-sanitize=all)
  target_link_libraries(qcompile_runtime_static PRIVATE
    absl::status absl::statusor absl::strings)
else()
  add_library(qcompile_runtime_static STATIC
    $<TARGET_OBJECTS:qcompile_runtime_objects> artifact/absl_thread_locals.cc)
endif()
qc_absl_archives(absl_archives absl::status absl::statusor absl::strings)

# An archiver's script merges archives without unpacking them to files, whose names would collide.
set(archive ${CMAKE_ARCHIVE_OUTPUT_DIRECTORY}/libqcompile_artifact.a)
set(script ${CMAKE_CURRENT_BINARY_DIR}/artifact_archive.mri)
set(lines "CREATE ${archive}\nADDLIB $<TARGET_FILE:qcompile_runtime_static>\n")
string(APPEND lines "ADDLIB $<TARGET_FILE:qcompile_libc_floats>\n")
foreach(absl_archive ${absl_archives})
  string(APPEND lines "ADDLIB ${absl_archive}\n")
endforeach()
# artifact/absl_thread_locals.cc has these.
string(APPEND lines "DELETE cordz_functions.cc.o\nDELETE sysinfo.cc.o\n")
file(GENERATE OUTPUT ${script} CONTENT "${lines}SAVE\nEND\n")
add_custom_command(OUTPUT ${archive}
  COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
  COMMAND ${CMAKE_AR} -M < ${script}
  COMMAND ${CMAKE_RANLIB} ${archive}
  DEPENDS qcompile_runtime_static qcompile_libc_floats ${script}
  COMMENT "Merging libqcompile_artifact.a" VERBATIM)
add_custom_target(qcompile_artifact_archive ALL DEPENDS ${archive})
install(FILES ${archive} DESTINATION ${CMAKE_INSTALL_LIBDIR})
