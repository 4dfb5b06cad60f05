// Several networks as one: each reads one input, and their classes are added.
#pragma once

#include "model/program.h"

#include <memory>
#include <string>
#include <vector>

namespace praxiscope::program {

struct FusedPart {
  std::string input;  ///< InputSpec::name; its layers are named "<input>.<layer>"
  std::unique_ptr<Program> program;
  double weight = 1;
};

/// output = sum over parts of weight * output(part), of what the manifest takes of each: logits, or
/// probabilities. Everything else of a program (layers, rules, weights) is the parts'.
/// @throws Error kModel for a part that takes more than one input, or has no such output.
std::unique_ptr<Program> fuse_programs(std::vector<FusedPart> parts, const OutputSpec& output);

}  // namespace praxiscope::program
