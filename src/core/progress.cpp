#include "praxiscope/progress.h"

#include "praxiscope/error.h"

namespace praxiscope {

void Progress::check_cancelled() const {
  if (is_cancelled())
    throw Error(ErrorKind::kCancelled, "interrupted; no unfinished file was left");
}

}  // namespace praxiscope
