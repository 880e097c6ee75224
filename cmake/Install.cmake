# What programs outside of this repository link: the C++ client of flags, as find_package(Trunkline COMPONENTS flags).
#   cmake --install build/release --component flags --prefix WHERE

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(TRUNKLINE_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/Trunkline")

# trunkline_install_headers(COMPONENT DOORS...): the headers and all of ours that they include, below
# include/trunkline in the folders that they have here.
function(trunkline_install_headers component)
  set(open ${ARGN})
  set(seen)
  while(open)
    list(POP_FRONT open header)
    if(header IN_LIST seen)
      continue()
    endif()
    list(APPEND seen ${header})
    # A new include in a header is a new header to install.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${header}")
    file(STRINGS "${CMAKE_SOURCE_DIR}/${header}" includes REGEX "^#include \"")
    foreach(line ${includes})
      string(REGEX REPLACE "^#include \"([^\"]+)\".*" "\\1" included "${line}")
      list(APPEND open ${included})
    endforeach()
    get_filename_component(folder ${header} DIRECTORY)
    install(FILES "${CMAKE_SOURCE_DIR}/${header}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/trunkline/${folder}"
            COMPONENT ${component})
  endwhile()
endfunction()

trunkline_install_headers(flags flags/client/client.h flags/client/hook.h flags/client/event.h flags/client/in_memory.h)

set_target_properties(flags_client PROPERTIES EXPORT_NAME flags)
foreach(library flags_client base_core base_http)
  # Beside the libraries of others.
  set_target_properties(${library} PROPERTIES OUTPUT_NAME "trunkline_${library}")
endforeach()
install(TARGETS flags_client base_core base_http EXPORT TrunklineFlagsTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT flags
        INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" "${CMAKE_INSTALL_INCLUDEDIR}/trunkline")
install(EXPORT TrunklineFlagsTargets NAMESPACE Trunkline:: DESTINATION "${TRUNKLINE_CMAKE_DIR}" COMPONENT flags)

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/TrunklineConfig.cmake.in" TrunklineConfig.cmake
                              INSTALL_DESTINATION "${TRUNKLINE_CMAKE_DIR}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(TrunklineConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/TrunklineConfig.cmake" "${CMAKE_BINARY_DIR}/TrunklineConfigVersion.cmake"
        DESTINATION "${TRUNKLINE_CMAKE_DIR}" COMPONENT flags)
