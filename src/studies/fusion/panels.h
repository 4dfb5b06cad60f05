// What stands on the pages of the study fusion: its numbers as panels.
#pragma once

#include "praxiscope/figure.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace praxiscope::studies {

/// Panels of a summary, which must outlive them. Units are entries of its "units".
class FusionPanels {
 public:
  explicit FusionPanels(const nlohmann::json& summary);

  MatrixPanel swap_matrix() const;
  TablePanel values() const;  ///< Shapley values by class
  BarsPanel shares() const;   ///< of stream 1, by class
  MatrixPanel contrasts() const;
  BarsPanel kinds() const;
  TablePanel ranking(const std::vector<std::size_t>& units) const;

  BarsPanel drives(const nlohmann::json& unit) const;
  BarsPanel classes(const nlohmann::json& unit) const;
  /// The unit's activation over the film: mean and largest of each frame.
  LinesPanel curve(const FigureFilm& film, const FigureMap& map) const;
  TablePanel places(const nlohmann::json& unit) const;

  const std::string& first() const { return first_; }
  const std::string& second() const { return second_; }
  /// The results with the fill that is shown, of "all" or one of "classes".
  const nlohmann::json& logits_of(const nlohmann::json& group) const;

 private:
  const nlohmann::json& summary_;
  std::string first_, second_;
};

/// "57 % (45 % to 70 %)", "0.12 (0.1 to 0.2)": a mean with its interval, where it has one.
std::string interval_text(const nlohmann::json& told, bool is_percent);
std::string number_text(const nlohmann::json& value);
std::string percent_text(const nlohmann::json& value);

}  // namespace praxiscope::studies
