// The narrowest door to LibTorch that public headers use.
#pragma once

#include <ATen/core/Tensor.h>
