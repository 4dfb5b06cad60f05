// Copies of a clip that differ from it in a box each, at a fraction of a forward's price.
#pragma once

#include "methods/support/boxes.h"
#include "methods/support/probes.h"

#include <functional>
#include <span>

namespace praxiscope::methods {

struct BoxCopies {
  std::size_t clip = 0;                           ///< which of the batch
  std::size_t of = 0;                             ///< which input the boxes lie in
  std::span<const Box> boxes;                     ///< of one size
  std::function<at::Tensor(const Box&)> content;  ///< [C,t,h,w]: what stands in a box
};

/// Runs the copies through a kept forward of the clip (Model::keep_run): only what a box can reach
/// is computed again; the logits equal those of the whole forward within rounding.
///
/// @return  false, with nothing seen, where the network cannot be asked that way or a target is a
///          unit inside it: the caller then runs whole copies.
/// @throws Error kCancelled between forwards.
bool run_box_copies(const MethodInput& input, const BoxCopies& copies, const SeeCopies& see,
                    Progress& progress);

}  // namespace praxiscope::methods
