# How every target of this project is built, in one place: language, warnings, sanitizers, the shared precompiled
# header, and the functions that the folders use: stellwerk_library, stellwerk_program, stellwerk_test, stellwerk_preloaded.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or RelWithDebInfo" FORCE)
endif()

option(STELLWERK_PCH "Precompile the headers that nearly every file needs (g++ only)" ON)
set(STELLWERK_SANITIZE "" CACHE STRING "Comma-separated sanitizers, e.g. address,undefined or thread")
option(STELLWERK_UNITY "Compile the files of a folder several at a time: less time from nothing, more after a change" ON)
option(STELLWERK_MUTATIONS "Mistakes that tests can plant (src/base/mutation.h); never for users" OFF)
option(STELLWERK_COVERAGE "Instrument for gcov" OFF)
option(STELLWERK_FUZZ "Link tests/fuzz with libFuzzer (clang only)" OFF)

# clang-tidy and clangd read the compile commands; a g++ precompiled header in them would only confuse them.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(STELLWERK_PCH OFF)
endif()

# What a file costs is mostly the headers it includes, even precompiled ones. The files of one target share the names in
# their anonymous namespaces so; the presets `clang`, which clang-tidy and clangd read, `fuzz` and `coverage` do not.
set(CMAKE_UNITY_BUILD "${STELLWERK_UNITY}")
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)

find_program(CCACHE_PROGRAM ccache)
mark_as_advanced(CCACHE_PROGRAM)
if(CCACHE_PROGRAM)
  # The sloppiness is what ccache's manual asks for with precompiled headers; -fpch-preprocess below belongs to it.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime" "${CCACHE_PROGRAM}")
endif()
find_program(MOLD_PROGRAM mold)
mark_as_advanced(MOLD_PROGRAM)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_library(stellwerk_options INTERFACE)
target_include_directories(stellwerk_options INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(stellwerk_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wswitch -Wnon-virtual-dtor -Wold-style-cast -Werror
  # The guard's mathematics must give the same bits in every build: no fused multiply-add.
  -ffp-contract=off -fstack-protector-strong)
target_compile_definitions(stellwerk_options INTERFACE
  $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(STELLWERK_MUTATIONS)
  target_compile_definitions(stellwerk_options INTERFACE STELLWERK_MUTATIONS)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # These depend on optimisation and are wrong inside g++ 12's own library headers (GCC bug 105651 and relatives);
  # the sanitizers and clang-tidy find the true cases.
  target_compile_options(stellwerk_options INTERFACE
    -Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread
    -Wno-free-nonheap-object -Wno-dangling-pointer)
  if(STELLWERK_UNITY)
    # A file that is included by the one that compiles several looks like a header to this warning.
    target_compile_options(stellwerk_options INTERFACE -Wno-subobject-linkage)
  endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12 itself uses what it deprecates (get_temporary_buffer in stable_sort).
  target_compile_options(stellwerk_options INTERFACE -Wthread-safety -Wno-deprecated-declarations)
endif()
if(STELLWERK_PCH)
  target_compile_options(stellwerk_options INTERFACE -fpch-preprocess)
endif()
if(STELLWERK_SANITIZE)
  target_compile_options(stellwerk_options INTERFACE
    -fsanitize=${STELLWERK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(STELLWERK_SANITIZE MATCHES "undefined")
    # Checked at every member access these make a file four times as slow to compile; what they find, the address
    # sanitizer's crash on a null or dangling pointer finds too.
    target_compile_options(stellwerk_options INTERFACE -fno-sanitize=null,alignment,vptr,object-size,pointer-overflow)
  endif()
  target_link_options(stellwerk_options INTERFACE -fsanitize=${STELLWERK_SANITIZE})
endif()
if(STELLWERK_COVERAGE)
  target_compile_options(stellwerk_options INTERFACE --coverage)
  target_link_options(stellwerk_options INTERFACE --coverage)
endif()

find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tl-expected REQUIRED)
find_package(Threads REQUIRED)
if(BUILD_TESTING)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

if(STELLWERK_PCH)
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/pch_anchor.cc" CONTENT "")
  add_library(stellwerk_pch STATIC "${CMAKE_BINARY_DIR}/pch_anchor.cc")
  target_link_libraries(stellwerk_pch PRIVATE stellwerk_options fmt::fmt nlohmann_json::nlohmann_json tl::expected)
  target_precompile_headers(stellwerk_pch PRIVATE
    <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <set> <span> <string> <string_view>
    <tuple> <unordered_map> <utility> <variant> <vector> <fmt/format.h> <nlohmann/json.hpp> <tl/expected.hpp>)
endif()

function(stellwerk_target_defaults target)
  target_link_libraries(${target} PUBLIC stellwerk_options fmt::fmt nlohmann_json::nlohmann_json tl::expected)
  if(STELLWERK_PCH)
    target_precompile_headers(${target} REUSE_FROM stellwerk_pch)
  endif()
endfunction()

# Links `target` to other folders (named without prefix) and to imported targets (anything with "::").
function(stellwerk_links target)
  foreach(link IN LISTS ARGN)
    if(link MATCHES "::")
      target_link_libraries(${target} PUBLIC ${link})
    else()
      target_link_libraries(${target} PUBLIC stellwerk_${link})
    endif()
  endforeach()
endfunction()

# stellwerk_library(base SOURCES a.cc b.cc LINKS core PRIVATE_LINKS OpenSSL::Crypto TESTS a_test.cc [THREADS])
# One static library for one folder; LINKS names other folders (the arrows of ARCHITECTURE.md) or imported targets.
# THREADS: its tests run threads, so they run under the thread sanitizer too.
function(stellwerk_library name)
  cmake_parse_arguments(ARG "THREADS" "" "SOURCES;LINKS;PRIVATE_LINKS;TESTS" ${ARGN})
  set(target stellwerk_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  stellwerk_target_defaults(${target})
  stellwerk_links(${target} ${ARG_LINKS})
  target_link_libraries(${target} PRIVATE ${ARG_PRIVATE_LINKS})
  if(ARG_TESTS)
    set(threads "")
    if(ARG_THREADS)
      set(threads THREADS)
    endif()
    stellwerk_test(${name}_test SOURCES ${ARG_TESTS} LINKS ${name} LABEL unit ${threads})
  endif()
endfunction()

# stellwerk_program(stellwerk SOURCES main.cc LINKS app): an executable in build/<preset>/bin.
function(stellwerk_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  stellwerk_target_defaults(${name})
  stellwerk_links(${name} ${ARG_LINKS})
  target_link_libraries(${name} PRIVATE ${ARG_PRIVATE_LINKS})
endfunction()

# stellwerk_test(name SOURCES x_test.cc LINKS base [PRIVATE_LINKS t] [LABEL unit|it|contract|e2e] [TIMEOUT s] [THREADS]
#                [DEPENDS program])
# One GoogleTest program; ctest sees each of its tests. THREADS: also run under the thread sanitizer. DEPENDS: programs
# that must be built before it runs. Without BUILD_TESTING it makes nothing.
function(stellwerk_test name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(ARG "THREADS" "LABEL;TIMEOUT" "SOURCES;LINKS;PRIVATE_LINKS;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  stellwerk_target_defaults(${name})
  stellwerk_links(${name} ${ARG_LINKS})
  target_link_libraries(${name} PRIVATE ${ARG_PRIVATE_LINKS} GTest::gtest GTest::gtest_main Threads::Threads)
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set(labels "${ARG_LABEL}")
  if(ARG_THREADS)
    set_property(GLOBAL APPEND PROPERTY STELLWERK_THREAD_TESTS ${name})
    set(labels "${ARG_LABEL}-threads")
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS "${labels}" TIMEOUT ${ARG_TIMEOUT})
endfunction()

# What tests preload into stellwerk, in the C library's place: by itself, without sanitizers and without anything of ours.
function(stellwerk_preloaded name source)
  add_library(${name} MODULE ${source})
  target_compile_options(${name} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fno-exceptions)
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE)
  target_link_libraries(${name} PRIVATE ${CMAKE_DL_LIBS})
endfunction()
