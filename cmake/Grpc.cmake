# gRPC is an optional part: without it flag-agent is built all the same and says so where it is asked for.

option(TRUNKLINE_GRPC "gRPC in flag-agent, where the library is installed" ON)

set(TRUNKLINE_HAS_GRPC OFF)
if(TRUNKLINE_GRPC)
  pkg_check_modules(GRPC IMPORTED_TARGET grpc++ protobuf)
  find_program(PROTOC protoc)
  if(GRPC_FOUND AND PROTOC)
    set(TRUNKLINE_HAS_GRPC ON)
  else()
    message(STATUS "gRPC is not installed: flag-agent is built without it (./dev setup test)")
  endif()
endif()

# trunkline_protos(NAME FILES...): a library of the messages in the files (relative to the caller), whose headers are
# included by their path from the root.
function(trunkline_protos name)
  set(out "${CMAKE_CURRENT_BINARY_DIR}/${name}")
  set(sources)
  foreach(file ${ARGN})
    cmake_path(ABSOLUTE_PATH file)
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY "${CMAKE_SOURCE_DIR}" OUTPUT_VARIABLE path)
    string(REGEX REPLACE "\\.proto$" "" stem "${path}")
    add_custom_command(
      OUTPUT "${out}/${stem}.pb.cc" "${out}/${stem}.pb.h"
      COMMAND ${CMAKE_COMMAND} -E make_directory "${out}"
      COMMAND ${PROTOC} --proto_path=${CMAKE_SOURCE_DIR} --cpp_out=${out} ${path}
      DEPENDS ${file}
      VERBATIM)
    list(APPEND sources "${out}/${stem}.pb.cc")
  endforeach()
  add_library(${name} STATIC ${sources})
  # What is generated is not ours to tidy.
  target_compile_options(${name} PRIVATE -w)
  target_include_directories(${name} SYSTEM PUBLIC "${out}")
  target_link_libraries(${name} PUBLIC PkgConfig::GRPC)
endfunction()
