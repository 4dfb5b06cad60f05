// Maps that are judged, and how alike neighbouring ones are. See plan.h.
#include "studies/faithfulness/baselines.h"
#include "studies/faithfulness/plan.h"
#include "studies/faithfulness/similarity.h"

#include <ATen/ATen.h>

namespace praxiscope::studies {
namespace {

at::Tensor baseline_map(std::size_t which, const at::Tensor& clip, std::uint64_t seed) {
  if (which == 0) return centre_map(clip.size(1), clip.size(2), clip.size(3));
  if (which == 1) return random_map(clip.size(1), clip.size(2), clip.size(3), seed);
  return edge_map(clip);
}

/// Evidence for the class: what speaks against it is cut off.
at::Tensor evidence_for(const at::Tensor& map) {
  return map.detach().to(at::kCPU, at::kFloat).clamp_min(0).contiguous();
}

/// The methods' maps as they are, one a model input, undefined where there is none.
std::vector<std::vector<const Attribution*>> attributions_of(const ClipResult& result,
                                                             const Explainer& explainer) {
  std::vector<std::vector<const Attribution*>> found(
      explainer.methods().size(), std::vector<const Attribution*>(result.clip.inputs.size()));
  const std::vector<std::size_t> owners = explainer.methods_of_maps();
  for (std::size_t i = 0; i < result.attributions.size(); ++i) {
    const Attribution& map = result.attributions[i];
    for (std::size_t k = 0; k < result.clip.inputs.size(); ++k) {
      if (result.clip.inputs[k].name == map.input) found[owners.at(i)][k] = &map;
    }
  }
  return found;
}

}  // namespace

const std::vector<std::string>& baseline_names() {
  static const std::vector<std::string> names{"centre", "random", "edges"};
  return names;
}

std::vector<ClipMaps> maps_of(const ClipResult& result, const FaithfulnessPlan& plan,
                              const Explainer& explainer, std::uint64_t seed) {
  std::vector<ClipMaps> all;
  for (const auto& per_input : attributions_of(result, explainer)) {
    ClipMaps& maps = all.emplace_back(ClipMaps{.name = plan.names.at(all.size()), .maps = {}});
    for (const Attribution* map : per_input)
      maps.maps.push_back(map == nullptr ? at::Tensor() : evidence_for(map->volume));
  }
  for (std::size_t which = 0; which < baseline_names().size(); ++which) {
    ClipMaps& maps = all.emplace_back(ClipMaps{.name = baseline_names()[which], .maps = {}});
    for (const ClipInput& input : result.clip.inputs)
      maps.maps.push_back(baseline_map(which, input.tensor, seed));
  }
  return all;
}

std::uint64_t seed_of(std::uint64_t seed, const std::string& input, std::int64_t clip) {
  constexpr std::uint64_t kPrime = 1099511628211ULL;
  std::uint64_t mixed = seed ^ 14695981039346656037ULL;
  for (const char c : input) mixed = (mixed ^ static_cast<unsigned char>(c)) * kPrime;
  mixed = (mixed ^ static_cast<std::uint64_t>(clip)) * kPrime;
  return mixed >> 1;  // generators take what fits a signed number as well
}

nlohmann::json stability_of(const ClipResult& before, const ClipResult& after,
                            const FaithfulnessPlan& plan, const Explainer& explainer) {
  nlohmann::json out = nlohmann::json::object();
  if (!(before.targets.front() == after.targets.front())) return out;  // another question
  const auto old_maps = attributions_of(before, explainer);
  const auto new_maps = attributions_of(after, explainer);
  for (std::size_t m = 0; m < new_maps.size(); ++m) {
    for (std::size_t k = 0; k < new_maps[m].size(); ++k) {
      if (new_maps[m][k] == nullptr || old_maps[m][k] == nullptr) continue;
      const auto [there, here] =
          shared_frames(before.clip.inputs[k].frames, after.clip.inputs[k].frames);
      if (here.numel() == 0) continue;
      const auto frames = [](const Attribution& map, const at::Tensor& which) {
        return map.volume.detach().to(at::kCPU, at::kFloat).index_select(0, which);
      };
      const auto alike = spearman(frames(*old_maps[m][k], there), frames(*new_maps[m][k], here));
      if (alike) out[plan.names.at(m)] = {*alike, 1};
      break;
    }
  }
  return out;
}

}  // namespace praxiscope::studies
