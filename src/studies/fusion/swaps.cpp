// See swaps.h.
#include "studies/fusion/swaps.h"

#include "studies/support/draws.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>

namespace praxiscope::studies {
namespace {

/// Fisher and Yates; std::shuffle is another one in every standard library.
template <typename T>
void shuffle(std::vector<T>& values, std::mt19937_64& generator) {
  for (std::size_t i = values.size(); i > 1; --i)
    std::swap(values[i - 1], values[draw_below(i, generator)]);
}

/// The first of every group, then the second ones, until there are `most`.
template <typename Key, typename T>
std::vector<T> in_turns(std::map<Key, std::vector<T>>& groups, std::size_t most,
                        std::mt19937_64& generator) {
  std::vector<std::vector<T>*> order;
  for (auto& [key, members] : groups) {
    shuffle(members, generator);
    order.push_back(&members);
  }
  // By lot who comes first, as the last turn may not reach all of them.
  shuffle(order, generator);
  std::vector<T> chosen;
  bool has_more = true;
  for (std::size_t turn = 0; has_more; ++turn) {
    has_more = false;
    for (const std::vector<T>* members : order) {
      if (turn >= members->size() || chosen.size() >= most) continue;
      chosen.push_back((*members)[turn]);
      has_more = true;
    }
  }
  return chosen;
}

double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

}  // namespace

std::vector<std::size_t> choose_evenly(std::span<const std::int64_t> classes, std::size_t most,
                                       std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::map<std::int64_t, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < classes.size(); ++i) groups[classes[i]].push_back(i);
  std::vector<std::size_t> chosen = in_turns(groups, most, generator);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::vector<SwapPair> draw_pairs(std::span<const std::int64_t> classes,
                                 std::span<const std::size_t> clips, std::size_t count,
                                 std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<SwapPair>> groups;
  for (const std::size_t a : clips) {
    for (const std::size_t b : clips) {
      if (classes[a] != classes[b]) groups[{classes[a], classes[b]}].emplace_back(a, b);
    }
  }
  return in_turns(groups, count, generator);
}

Estimate estimate_of_pairs(std::span<const double> values,
                           std::span<const std::pair<std::int64_t, std::int64_t>> groups,
                           const Bootstrap& bootstrap) {
  std::map<std::int64_t, std::size_t> places;  // of the inputs among those of the pairs
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += values[i];
    places.try_emplace(groups[i].first, 0), places.try_emplace(groups[i].second, 0);
  }
  std::size_t next = 0;
  for (auto& [input, place] : places) place = next++;
  Estimate out;
  out.mean = sum / static_cast<double>(values.size());  // 0 / 0 is NaN: nothing was counted
  out.values = static_cast<std::int64_t>(values.size());
  out.groups = static_cast<std::int64_t>(places.size());
  if (places.size() < 3) return out;
  std::mt19937_64 generator(bootstrap.seed);
  std::vector<double> means;
  while (means.size() < static_cast<std::size_t>(bootstrap.resamples)) {
    std::vector<double> drawn(places.size(), 0);
    for (std::size_t k = 0; k < drawn.size(); ++k) drawn[draw_below(drawn.size(), generator)] += 1;
    double weighted = 0, weights = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double weight = drawn[places.at(groups[i].first)] * drawn[places.at(groups[i].second)];
      weighted += weight * values[i], weights += weight;
    }
    if (weights > 0) means.push_back(weighted / weights);
  }
  std::sort(means.begin(), means.end());
  const double tail = (1 - bootstrap.level) / 2;
  out.bounds = Bounds{quantile(means, tail), quantile(means, 1 - tail)};
  return out;
}

}  // namespace praxiscope::studies
