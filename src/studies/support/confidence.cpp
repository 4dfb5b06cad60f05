#include "studies/support/confidence.h"

#include "studies/support/draws.h"

#include "praxiscope/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace praxiscope::studies {
namespace {

/// What a group adds to a weighted mean.
struct Sum {
  double values = 0;
  double weights = 0;
};

Error defect(const std::string& found, const std::string& expected) {
  return Error(ErrorKind::kInternal,
               "confidence interval: found " + found + ", expected " + expected);
}

void check(std::span<const double> values, std::span<const std::int64_t> groups,
           std::span<const double> weights, const Bootstrap& bootstrap) {
  const auto text = [](std::size_t n) { return std::to_string(n); };
  if (groups.size() != values.size())
    throw defect(text(groups.size()) + " groups", text(values.size()));
  if (!weights.empty() && weights.size() != values.size())
    throw defect(text(weights.size()) + " weights", text(values.size()));
  for (const double weight : weights) {
    if (!(weight >= 0) || std::isinf(weight))
      throw defect("weight " + std::to_string(weight), "0 or more");
  }
  if (!(bootstrap.level > 0 && bootstrap.level < 1))
    throw defect("level " + std::to_string(bootstrap.level), "between 0 and 1");
  if (bootstrap.resamples < 1) throw defect("no resamples", "at least 1");
}

std::vector<double> resampled_means(const std::vector<Sum>& groups, const Bootstrap& bootstrap) {
  std::mt19937_64 generator(bootstrap.seed);
  std::vector<double> means(static_cast<std::size_t>(bootstrap.resamples));
  for (double& mean : means) {
    Sum all;
    for (std::size_t k = 0; k < groups.size(); ++k) {
      const Sum& drawn = groups[draw_below(groups.size(), generator)];
      all.values += drawn.values;
      all.weights += drawn.weights;
    }
    mean = all.values / all.weights;
  }
  std::sort(means.begin(), means.end());
  return means;
}

/// Linear between the sorted values at both sides.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double part = place - static_cast<double>(below);
  return sorted[below] + part * (sorted[above] - sorted[below]);
}

}  // namespace

Estimate estimate_mean(std::span<const double> values, std::span<const std::int64_t> groups,
                       std::span<const double> weights, const Bootstrap& bootstrap) {
  check(values, groups, weights, bootstrap);
  std::map<std::int64_t, Sum> sums;
  Estimate out;
  Sum all;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double weight = weights.empty() ? 1 : weights[k];
    if (!std::isfinite(values[k]) || weight == 0) continue;
    Sum& sum = sums[groups[k]];
    sum.values += weight * values[k];
    sum.weights += weight;
    all.values += weight * values[k];
    all.weights += weight;
    ++out.values;
  }
  out.groups = static_cast<std::int64_t>(sums.size());
  out.mean = all.values / all.weights;  // 0 / 0 is NaN: nothing was counted
  if (sums.size() < 2) return out;
  std::vector<Sum> drawn_from;
  for (const auto& [group, sum] : sums) drawn_from.push_back(sum);
  const std::vector<double> means = resampled_means(drawn_from, bootstrap);
  const double tail = (1 - bootstrap.level) / 2;
  out.bounds = Bounds{quantile(means, tail), quantile(means, 1 - tail)};
  return out;
}

}  // namespace praxiscope::studies
