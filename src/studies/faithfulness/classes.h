// The class that each input is measured for.
#pragma once

#include "praxiscope/study.h"
#include "praxiscope/target.h"

#include <string>
#include <vector>

namespace praxiscope::studies {

/// "label" as a target: what a list file says of an input, else the name of the folder it lies in
/// ("_" may stand for a space). A label or an index of the network, one an input.
///
/// @throws Error kUsage where an input has none, or one that the network does not know.
std::vector<Target> labelled_classes(const StudyContext& context);

}  // namespace praxiscope::studies
