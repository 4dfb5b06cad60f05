// Networks that were traced or exported in training mode: their random or batch-dependent operators
// are constants of the file and cannot be switched off.
#pragma once

#include "model/program.h"

#include <string>

namespace praxiscope::program {

/// The first operator that would draw random numbers or take the batch's own statistics, with its
/// layer: "aten::dropout in layer \"fc.drop\""; "" when there is none. Batch norms without running
/// statistics are meant to take the batch's.
std::string find_training_operator(const Program& program);

}  // namespace praxiscope::program
