// The figure of the study filters: kernels in motion with the meaning of their colours, and their
// numbers.
#pragma once

#include "studies/filters/kernel_films.h"
#include "studies/filters/kernel_numbers.h"

#include "praxiscope/study.h"

#include <string>
#include <vector>

namespace praxiscope::studies {

/// A convolution that is looked at.
struct LookedAt {
  Convolution convolution;
  LayerNumbers numbers;
  ShownKernels shown;
};

/// "colour", "flow", "signed", "norm".
std::string word_of(KernelKind kind);

Figure filter_figure(const std::vector<LookedAt>& layers, const StudyContext& context);

}  // namespace praxiscope::studies
