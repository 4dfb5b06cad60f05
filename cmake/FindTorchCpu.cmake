# Finds LibTorch's CPU libraries only: libtorch_cpu and libc10. The package's own configuration demands a CUDA toolkit
# even for CPU use; here CUDA is picked up at run time instead (src/model/device.cpp), so nothing of it is linked.
#
# Looked for, in this order: the variable or environment variable PRAXISCOPE_TORCH (a LibTorch folder, or .../site-packages/torch),
# the torch package of the active Python environment, the project's own environment (.praxiscope/venv, made by tools/setup).
#
# Gives: Torch::Cpu, TorchCpu_ROOT_DIR, TorchCpu_VERSION.

set(PRAXISCOPE_TORCH "$ENV{PRAXISCOPE_TORCH}" CACHE PATH "LibTorch, or the torch folder of a Python environment")

function(_torch_root_of_python python result)
  execute_process(
    COMMAND "${python}" -c "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
    OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(${result} "${found}" PARENT_SCOPE)
endfunction()

set(_torch_root "${PRAXISCOPE_TORCH}")
if(NOT _torch_root AND DEFINED ENV{VIRTUAL_ENV})
  _torch_root_of_python("$ENV{VIRTUAL_ENV}/bin/python" _torch_root)
endif()
if(NOT _torch_root AND EXISTS "${CMAKE_SOURCE_DIR}/.praxiscope/venv/bin/python")
  _torch_root_of_python("${CMAKE_SOURCE_DIR}/.praxiscope/venv/bin/python" _torch_root)
endif()

find_path(TorchCpu_API_DIR torch/all.h HINTS "${_torch_root}/include/torch/csrc/api/include" NO_DEFAULT_PATH)
find_path(TorchCpu_ATEN_DIR ATen/ATen.h HINTS "${_torch_root}/include" NO_DEFAULT_PATH)
find_library(TorchCpu_CPU_LIBRARY torch_cpu HINTS "${_torch_root}/lib" NO_DEFAULT_PATH)
find_library(TorchCpu_C10_LIBRARY c10 HINTS "${_torch_root}/lib" NO_DEFAULT_PATH)

if(TorchCpu_ATEN_DIR)
  foreach(header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
    if(NOT TorchCpu_VERSION AND EXISTS "${TorchCpu_ATEN_DIR}/${header}")
      file(READ "${TorchCpu_ATEN_DIR}/${header}" _text)
      set(_numbers "")
      foreach(part MAJOR MINOR PATCH)
        if(_text MATCHES "#define TORCH_VERSION_${part} ([0-9]+)")
          list(APPEND _numbers ${CMAKE_MATCH_1})
        endif()
      endforeach()
      list(JOIN _numbers "." TorchCpu_VERSION)
    endif()
  endforeach()
endif()
set(TorchCpu_ROOT_DIR "${_torch_root}")

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(TorchCpu
  REQUIRED_VARS TorchCpu_CPU_LIBRARY TorchCpu_C10_LIBRARY TorchCpu_API_DIR TorchCpu_ATEN_DIR
  VERSION_VAR TorchCpu_VERSION
  REASON_FAILURE_MESSAGE "run tools/setup, or name your own PyTorch with PRAXISCOPE_TORCH=DIR (a LibTorch folder or .../site-packages/torch, 2.6 or newer)")

if(TorchCpu_FOUND AND NOT TARGET Torch::Cpu)
  add_library(Torch::C10 SHARED IMPORTED)
  set_target_properties(Torch::C10 PROPERTIES IMPORTED_LOCATION "${TorchCpu_C10_LIBRARY}")
  add_library(Torch::Cpu SHARED IMPORTED)
  set_target_properties(Torch::Cpu PROPERTIES
    IMPORTED_LOCATION "${TorchCpu_CPU_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${TorchCpu_API_DIR};${TorchCpu_ATEN_DIR}"
    INTERFACE_COMPILE_FEATURES cxx_std_20
    INTERFACE_LINK_LIBRARIES Torch::C10)
endif()
