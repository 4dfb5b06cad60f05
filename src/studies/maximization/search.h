// The search for optima: what a plan wants, in batches; what is done is noted, so that a run that
// was ended goes on.
#pragma once

#include "studies/maximization/plan.h"
#include "studies/support/clip_store.h"
#include "studies/support/journal.h"

#include "praxiscope/study.h"

#include <functional>
#include <vector>

namespace praxiscope::studies {

class MaximizationSearch {
 public:
  /// What is looked for and where from. All outlive the search.
  struct Ground {
    const MaximizationPlan& plan;
    const StudyContext& context;
    const optima::Streams& streams;
    std::vector<at::Tensor> start;  ///< per stream [C,T,H,W] centred; empty: noise
    std::vector<at::Tensor> means;  ///< per stream [C] centred; undefined: none are known
  };
  /// Finished clips go to `store`.
  MaximizationSearch(Ground ground, ClipStore& store, Journal& journal)
      : ground_(std::move(ground)), store_(store), journal_(journal) {}

  /// What activations are measured by: the largest of the clips, else what a few steps without
  /// priors reach.
  void measure(std::vector<Sought>& sought) const;
  /// Everything that the plan wants. After a cancel: what is done and the batch that was begun.
  std::vector<Found> run(const std::vector<Sought>& sought);
  /// Some results are noted: a run that was stopped need not begin anew.
  bool has_noted() const { return has_noted_; }

 private:
  bool has_reference(Sought& one) const;
  optima::Wish wish_of(const Sought& sought, const Speed& speed, std::size_t draw) const;
  optima::Wish alone(optima::Wish wish, const std::string& stream) const;
  std::vector<Found> list(const std::vector<Sought>& sought) const;
  bool has_alone() const;
  bool recall(Found& one, const Sought& sought) const;
  void keep(Found& one, const Sought& sought, optima::Optimum optimum, bool is_whole);
  void describe(Found& one, const Sought& sought) const;
  void show_preview(const std::vector<Found>& batch, std::span<const optima::Optimum> optima) const;

  Ground ground_;
  ClipStore& store_;
  Journal& journal_;
  bool has_noted_ = false;
};

}  // namespace praxiscope::studies
