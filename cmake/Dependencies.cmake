# Everything from outside, each as one imported target. tools/setup installs what is missing.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # The sloppiness lets ccache serve files that use a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

find_package(TorchCpu 2.6 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(FFmpeg REQUIRED IMPORTED_TARGET
  libavformat>=59 libavcodec>=59 libavutil>=57.28 libswscale>=6 libavfilter>=8)
# FFmpeg 5 and 6 cannot decode animated WebP.
pkg_check_modules(WebP REQUIRED IMPORTED_TARGET libwebpdemux)
pkg_check_modules(Cairo REQUIRED IMPORTED_TARGET cairo pangocairo fontconfig)
pkg_check_modules(Zip REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(Qpdf REQUIRED IMPORTED_TARGET libqpdf>=10)
find_package(JPEG REQUIRED)
# Debian's packages of single OpenCV modules carry no CMake or pkg-config file.
find_path(OpenCvVideo_INCLUDE opencv2/video/tracking.hpp PATH_SUFFIXES opencv4 REQUIRED)
find_library(OpenCvVideo_LIBRARY opencv_video REQUIRED)
find_library(OpenCvCore_LIBRARY opencv_core REQUIRED)
add_library(OpenCvVideo INTERFACE IMPORTED)
target_include_directories(OpenCvVideo SYSTEM INTERFACE "${OpenCvVideo_INCLUDE}")
target_link_libraries(OpenCvVideo INTERFACE "${OpenCvVideo_LIBRARY}" "${OpenCvCore_LIBRARY}")
find_package(TBB REQUIRED)
find_package(Boost REQUIRED COMPONENTS program_options)
find_package(fmt REQUIRED)
# LibTorch carries the headers of another fmt, without its library. A folder with only the system's fmt, named first, keeps
# them out of sight.
get_target_property(_fmt_headers fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/fmt-first")
file(CREATE_LINK "${_fmt_headers}/fmt" "${CMAKE_BINARY_DIR}/fmt-first/fmt" SYMBOLIC)
set_target_properties(fmt::fmt PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${CMAKE_BINARY_DIR}/fmt-first")
find_package(nlohmann_json REQUIRED)
if(PRAXISCOPE_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()
if(PRAXISCOPE_BUILD_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()

# The Python that makes test models and goldens (needs torch and torchvision); the tests that want them are left out without it.
set(_python_hints "${CMAKE_SOURCE_DIR}/.praxiscope/venv/bin")
if(DEFINED ENV{VIRTUAL_ENV})
  list(PREPEND _python_hints "$ENV{VIRTUAL_ENV}/bin")
endif()
find_program(PRAXISCOPE_PYTHON NAMES python3 HINTS ${_python_hints} NO_DEFAULT_PATH)
