# One folder of src = one static library praxiscope_<name>; its link line is its place in the layers.
#
#   praxiscope_folder(media SOURCES a.cpp b.cpp LINKS praxiscope_core PRIVATE_LINKS PkgConfig::FFmpeg [TORCH tensors|graphs])
#
# TORCH: what the folder sees of LibTorch, and so which precompiled header it shares with the others that see as much: tensors
# (src/core/tensor_pch.h) or the graphs of TorchScript too (src/core/graph_pch.h). They are two because GCC instantiates the templates
# that a precompiled header uses again in every file: 1.3 s a file for tensors, 2.6 s with graphs.

function(praxiscope_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow -Wno-sign-conversion -Werror)
  if(PRAXISCOPE_SANITIZE)
    # LibTorch is not instrumented; container-overflow and vptr checks across that border give false reports.
    # GCC 12 takes members of std::regex for uninitialized where sanitizers change its inlining.
    target_compile_options(${target} PRIVATE -fsanitize=address,undefined -fno-sanitize=vptr -fno-omit-frame-pointer
      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
  endif()
endfunction()

# what: tensors or graphs.
function(praxiscope_use_torch_pch target what)
  if(NOT what MATCHES "^(tensors|graphs)$")
    message(FATAL_ERROR "${target}: TORCH is tensors or graphs, not \"${what}\"")
  endif()
  string(REGEX REPLACE "s$" "_pch" stem "${what}")
  set(holder praxiscope_${stem})
  target_compile_options(${target} PRIVATE -fpch-preprocess)
  if(NOT TARGET ${holder})
    add_library(${holder} OBJECT "${CMAKE_SOURCE_DIR}/src/core/pch.cpp")
    target_include_directories(${holder} PRIVATE "${CMAKE_SOURCE_DIR}/src")
    target_link_libraries(${holder} PUBLIC Torch::Cpu)
    target_compile_options(${holder} PRIVATE -fpch-preprocess)
    praxiscope_compile_options(${holder})
    target_precompile_headers(${holder} PRIVATE "${CMAKE_SOURCE_DIR}/src/core/${stem}.h")
  endif()
  target_precompile_headers(${target} REUSE_FROM ${holder})
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")  # would be compiled with -fPIE, which the shared header is not
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
endfunction()

function(praxiscope_folder name)
  cmake_parse_arguments(ARG "" "TORCH" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  set(target praxiscope_${name})
  if(NOT ARG_SOURCES)  # a folder whose work has not begun
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${ARG_LINKS})
    return()
  endif()
  add_library(${target} STATIC ${ARG_SOURCES})
  target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}/include" PRIVATE "${CMAKE_SOURCE_DIR}/src")
  target_link_libraries(${target} PUBLIC ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
  praxiscope_compile_options(${target})
  if(ARG_TORCH)
    target_link_libraries(${target} PUBLIC Torch::Cpu)
    praxiscope_use_torch_pch(${target} ${ARG_TORCH})
  endif()
endfunction()

#   praxiscope_test(media SOURCES a_test.cpp LINKS praxiscope_media [TORCH tensors|graphs] [SHARDS n] [LABELS unit] [FIXTURES test_models])
# builds tests/<name>/ into one program, test_<name>. Every GoogleTest case becomes a ctest case named <name>.<Suite>.<Case>; with TORCH,
# whose loading takes half a second, or SHARDS, the program is one ctest case (or n, each a share of its cases) and a failure names the
# GoogleTest case.
function(praxiscope_test name)
  cmake_parse_arguments(ARG "" "TORCH;LABELS;TIMEOUT;SHARDS" "SOURCES;LINKS;FIXTURES" ${ARGN})
  set(target test_${name})
  add_executable(${target} ${ARG_SOURCES})
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/tests")
  target_link_libraries(${target} PRIVATE ${ARG_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${target} PRIVATE
    PRAXISCOPE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" PRAXISCOPE_BUILD_DIR="${CMAKE_BINARY_DIR}")
  praxiscope_compile_options(${target})
  # Tests spend their time in what they test, and a tenth less of the build this way.
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  if(ARG_TORCH)
    target_link_libraries(${target} PRIVATE Torch::Cpu)
    praxiscope_use_torch_pch(${target} ${ARG_TORCH})
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(NOT ARG_TORCH AND NOT ARG_SHARDS)
    gtest_discover_tests(${target} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
      PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} FIXTURES_REQUIRED "${ARG_FIXTURES}"
                 SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
    return()
  endif()
  if(NOT ARG_SHARDS)
    set(ARG_SHARDS 1)
  endif()
  foreach(shard RANGE 1 ${ARG_SHARDS})
    set(test ${name})
    if(ARG_SHARDS GREATER 1)
      string(APPEND test ".${shard}of${ARG_SHARDS}")
    endif()
    math(EXPR index "${shard} - 1")
    add_test(NAME ${test} COMMAND ${target} --gtest_brief=1)
    set_tests_properties(${test} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
      FIXTURES_REQUIRED "${ARG_FIXTURES}"
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${ARG_SHARDS};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()
