// The precompiled header of the folders that see TorchScript's graphs beside tensors (src/model).
// Nothing includes it. torch/csrc/autograd/custom_function.h stays out: it would cost every file
// another second (cmake/Folder.cmake).
#pragma once
#include "core/tensor_pch.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/operator.h>
#include <torch/csrc/jit/serialization/import.h>
