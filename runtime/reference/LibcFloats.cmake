# The correctly rounded float functions of LLVM libc, as an archive of their own.
#
# Linking the whole archive would also take memcpy, strerror and the rest of a libc from it, none
# of which fits a shared library. So the objects that hold the functions are taken out (they
# need nothing but errno), and their C names, which would stand in for those of the system's libm,
# become qcompile_libc_*. The library `qcompile_libc_floats` holds the result.
set(libc_floats_dir ${CMAKE_CURRENT_BINARY_DIR}/libc_floats)
set(libc_floats_archive ${libc_floats_dir}/libqcompile_libc_floats.a)
if(NOT EXISTS ${libc_floats_archive} OR ${QCOMPILE_LLVM_LIBC} IS_NEWER_THAN ${libc_floats_archive} OR
   ${CMAKE_CURRENT_LIST_DIR}/LibcFloats.cmake IS_NEWER_THAN ${libc_floats_archive})
  file(REMOVE_RECURSE ${libc_floats_dir})
  file(MAKE_DIRECTORY ${libc_floats_dir})
  set(libc_floats_objects)
  foreach(function acosf acoshf asinf asinhf atanf atanhf cosf coshf erff expf logf powf sinf sinhf tanf tanhf)
    execute_process(
      COMMAND ${CMAKE_AR} x ${QCOMPILE_LLVM_LIBC} ${function}.cpp.o
      COMMAND_ERROR_IS_FATAL ANY WORKING_DIRECTORY ${libc_floats_dir})
    execute_process(
      COMMAND ${CMAKE_OBJCOPY} --redefine-sym ${function}=qcompile_libc_${function}
              ${function}.cpp.o
      COMMAND_ERROR_IS_FATAL ANY WORKING_DIRECTORY ${libc_floats_dir})
    list(APPEND libc_floats_objects ${function}.cpp.o)
  endforeach()
  # D: no times or owners, so that equal inputs give equal bytes.
  execute_process(
    COMMAND ${CMAKE_AR} rcsD ${libc_floats_archive} ${libc_floats_objects}
    COMMAND_ERROR_IS_FATAL ANY WORKING_DIRECTORY ${libc_floats_dir})
endif()
add_library(qcompile_libc_floats STATIC IMPORTED GLOBAL)
set_target_properties(qcompile_libc_floats PROPERTIES IMPORTED_LOCATION ${libc_floats_archive})
