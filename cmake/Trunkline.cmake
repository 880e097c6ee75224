# How every room is built: one folder is one library, one main file is one tool, one test folder is one test program.
# Sources are found by folder, so that a new file needs no edit here.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

set(TRUNKLINE_SANITIZE "" CACHE STRING "sanitizers for the whole build, e.g. address,undefined")
set(TRUNKLINE_BIN_DIR "${CMAKE_BINARY_DIR}/bin" CACHE PATH "where the tools land")
option(TRUNKLINE_FUZZ "build the libFuzzer targets (clang only)" OFF)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
                    -Wimplicit-fallthrough -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these in the standard library and in Boost where nothing is wrong.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-dangling-reference)
endif()
if(TRUNKLINE_SANITIZE)
  add_compile_options(-fsanitize=${TRUNKLINE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -O1)
  add_link_options(-fsanitize=${TRUNKLINE_SANITIZE})
endif()
if(TRUNKLINE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # A path-free cache: two checkouts of the same commit share it.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_custom_target(tools)        # all programs of the product
add_custom_target(unit_tests)   # what the sanitizer presets build
add_custom_target(fuzz_targets)

# trunkline_library(NAME FOLDERS... [LINKS libs...]): every .cpp directly in the folders (relative to the caller).
function(trunkline_library name)
  cmake_parse_arguments(ARG "" "" "FOLDERS;LINKS" ${ARGN})
  set(sources)
  foreach(folder ${ARG_FOLDERS})
    file(GLOB found CONFIGURE_DEPENDS "${folder}/*.cpp")
    list(APPEND sources ${found})
  endforeach()
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC "$<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>")
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_link_libraries(${name} PUBLIC ${ARG_LINKS})
endfunction()

# trunkline_tool(NAME MAIN.cpp LINKS libs...): a program of the product, left in build/bin.
function(trunkline_tool name main)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  add_executable(${name} ${main})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${TRUNKLINE_BIN_DIR}")
  add_dependencies(tools ${name})
endfunction()

# A folder of links to the programs of cmake/programs.txt, the only ones that tests find in their PATH: a program that
# is not in the list, and so not installed by ./dev, fails on every machine and not only on a new one.
set(TRUNKLINE_PROGRAMS_DIR "${CMAKE_BINARY_DIR}/programs")
function(trunkline_link_programs)
  set(list "${CMAKE_SOURCE_DIR}/cmake/programs.txt")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${list}")
  file(REMOVE_RECURSE "${TRUNKLINE_PROGRAMS_DIR}")
  file(MAKE_DIRECTORY "${TRUNKLINE_PROGRAMS_DIR}")
  file(STRINGS "${list}" lines REGEX "^[^#]")
  foreach(line ${lines})
    string(REGEX MATCH "^[^ ]+" program "${line}")
    find_program(found ${program} NO_CACHE)
    if(found)
      file(CREATE_LINK "${found}" "${TRUNKLINE_PROGRAMS_DIR}/${program}" SYMBOLIC)
    endif()
    unset(found)
  endforeach()
endfunction()

# trunkline_test(NAME FOLDERS... LINKS libs... [SYSTEM]): every *_test.cpp in the folders, one ctest entry a TEST.
# Unit tests touch no network and never sleep; SYSTEM ones use the real tools and are left out of the sanitizer builds.
function(trunkline_test name)
  cmake_parse_arguments(ARG "SYSTEM" "" "FOLDERS;LINKS" ${ARGN})
  if(NOT GTest_FOUND)
    return()
  endif()
  set(sources)
  foreach(folder ${ARG_FOLDERS})
    file(GLOB found CONFIGURE_DEPENDS "${folder}/*_test.cpp")
    list(APPEND sources ${found})
  endforeach()
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_compile_definitions(${name} PRIVATE TRUNKLINE_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                             TRUNKLINE_BIN_DIR="${TRUNKLINE_BIN_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} GTest::gmock GTest::gtest_main)
  if(ARG_SYSTEM)
    set(label system)
    set(timeout 180)
  else()
    set(label unit)
    set(timeout 30)
    add_dependencies(unit_tests ${name})
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
                       PROPERTIES LABELS ${label} TIMEOUT ${timeout} ENVIRONMENT "PATH=${TRUNKLINE_PROGRAMS_DIR}")
endfunction()

# trunkline_fuzz(NAME SOURCE.cpp LINKS libs...): a libFuzzer program.
function(trunkline_fuzz name source)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  if(TRUNKLINE_FUZZ)
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE ${ARG_LINKS})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz_targets ${name})
  endif()
endfunction()
