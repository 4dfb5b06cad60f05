// How sure a mean over clips is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace praxiscope::studies {

struct Bootstrap {
  double level = 0.95;   ///< in (0,1)
  int resamples = 2000;  ///< >= 1
  std::uint64_t seed = 0;
};

struct Bounds {
  double low = 0;
  double high = 0;
};

/// A mean with its interval.
struct Estimate {
  double mean = 0;               ///< NaN when nothing was counted
  std::optional<Bounds> bounds;  ///< nothing for fewer than two groups: one video says nothing
                                 ///< about other videos
  std::int64_t values = 0;       ///< counted
  std::int64_t groups = 0;       ///< with at least one counted value
};

/// Weighted mean of values, with a percentile interval by the cluster bootstrap (Davison and
/// Hinkley, "Bootstrap Methods and their Application", 1997, sec. 3.8): whole groups are drawn with
/// replacement, because the clips of one video depend on each other, and clips drawn one by one
/// would make the interval too narrow. Bounds are the quantiles of the resampled means, linear
/// between neighbours. The same seed gives the same bounds on every machine.
///
/// @param values   one a clip; not finite: not counted.
/// @param groups   which input each value comes from, any numbers; as many as values.
/// @param weights  empty: 1 each. With shares as values and numbers of cases as weights the mean is
///                 the share of all cases (points won of points counted). 0: not counted.
/// @throws Error kInternal for different lengths, negative weights, senseless options.
Estimate estimate_mean(std::span<const double> values, std::span<const std::int64_t> groups,
                       std::span<const double> weights = {}, const Bootstrap& bootstrap = {});

}  // namespace praxiscope::studies
