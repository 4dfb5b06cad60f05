// Studies: rooms that answer a question about a network by walking the line several times. One file
// each in src/studies; the table is generated. A study takes clips and gives Findings; it opens no
// media, writes no results and prints nothing.
#pragma once

#include "praxiscope/clip.h"
#include "praxiscope/explain.h"
#include "praxiscope/figure.h"
#include "praxiscope/model.h"
#include "praxiscope/options.h"
#include "praxiscope/progress.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace praxiscope {

/// What a study found.
struct Findings {
  std::string text;  ///< tables for a terminal, lines of at most 100 columns; ends with a newline
  std::string json;  ///< an object; the line adds schema, model, preprocessing and inputs to it
  Figure figure;     ///< subtitle, footnote and provenance are the line's
  /// The study was stopped, and what its journal holds is worth going on from.
  bool goes_on = false;
};

/// The inputs of a study, to be walked as often as it likes.
class StudyInputs {
 public:
  virtual ~StudyInputs() = default;
  /// Paths as users named them.
  virtual std::span<const std::string> names() const = 0;
  /// What a list file says that the input shows; empty: nothing is said.
  virtual std::string label(std::size_t /*input*/) const { return {}; }
  /// Gives the clips of one input in batches, in order of time; `take` is called from one thread at
  /// a time, under the run's threads and precision.
  /// @throws Error kInput for one that cannot be read, kCancelled.
  virtual void walk(std::size_t input, const std::function<void(std::vector<Clip>)>& take) = 0;
};

/// Everything that a study works with.
struct StudyContext {
  const Model& model;
  StudyInputs& inputs;
  int batch = 1;  ///< clips of one forward
  std::uint64_t seed = 0;
  /// Where what is done is noted, so that a killed run can go on; empty: nowhere. Files whose names
  /// begin with it are the study's as well, and go with it.
  std::string journal;
  bool wants_figure = true;  ///< false: Findings::figure may stay empty
  /// Takes the frames of the study's video, all of one size, 8 a second. Empty: nobody wants one.
  std::function<void(const Picture&)> film{};
  /// Takes pictures of how far the study is, of any size, now and then. Empty: nobody looks.
  std::function<void(const Picture&)> preview{};
  Progress& progress;
};

/// One study with its options.
class Study {
 public:
  virtual ~Study() = default;
  /// @throws Error.
  virtual Findings run(const StudyContext& context) const = 0;
};

struct StudyInfo {
  std::string_view id;        ///< "faithfulness": the file's stem
  std::string_view command;   ///< of the program: "evaluate"
  std::string_view title;     ///< "Faithfulness"
  std::string_view summary;   ///< one line, at most 60 characters
  std::string_view question;  ///< what it answers, for help and documents; may have several lines
  std::string_view source;    ///< papers
  bool needs_inputs = true;   ///< false: they may be left out
  bool takes_inputs = true;   ///< false: looks at the network alone
  bool makes_film = false;    ///< has a video to show: StudyContext::film
  std::string_view clips = "center";  ///< SourceSettings::clips unless the user says otherwise
  std::span<const OptionSpec> options;
  /// Ready to run; checks what can be checked without a network.
  /// @throws Error kUsage, kInput.
  std::unique_ptr<Study> (*make)(const OptionValues& options,
                                 const std::vector<std::string>& inputs, Progress& progress);
};

/// All rooms, by id.
std::span<const StudyInfo* const> studies_table();
/// @throws Error kUsage with a did-you-mean.
const StudyInfo& find_study(std::string_view id);

/// A study as it is asked for.
struct StudySettings {
  SourceSettings source;
  RunSettings run;
  std::map<std::string, std::string> options;  ///< of the study
  std::map<std::string, std::string> labels;   ///< of inputs, by name: see labels_of_inputs()
  std::vector<std::string> outputs;  ///< .json .pdf .html, sheets .png; videos where it makes one
  /// A .png that shows how far a study with a video is, written anew now and then; empty: none.
  std::string preview;
  bool overwrite = false;
  int sheet_width = 1800;  ///< px
};

struct StudyResult {
  std::string text;
  std::string json;  ///< schema "praxiscope.<command>/1"
  std::vector<std::string> written;
  std::vector<std::string> warnings;
  std::vector<std::string> failed;  ///< inputs that could not be read, with the reason
};

/// Asks a study about a network and inputs (see expand_inputs()) and writes all outputs; they
/// appear together at the end or not at all. What is done is noted beside the first output, and a
/// run with the same settings continues it; also one that was stopped and wrote what it had.
/// @throws Error.
StudyResult run_study(const StudyInfo& study, const std::vector<std::string>& inputs,
                      const StudySettings& settings, Progress& progress);

}  // namespace praxiscope
