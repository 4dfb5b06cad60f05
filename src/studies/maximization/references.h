// Reference activations (a-hat) of an earlier run.
#pragma once

#include "studies/maximization/plan.h"

#include <string>
#include <vector>

namespace praxiscope::studies {

/// Those of `sought` that a .json of `maximize` names get its a_hat; the others are measured.
///
/// @throws Error kInput when the file cannot be read, is no such .json or names none of them.
void take_references(const std::string& path, std::vector<Sought>& sought);

}  // namespace praxiscope::studies
