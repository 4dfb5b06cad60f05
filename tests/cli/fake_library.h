// A small library behind the public headers, so that the commands can be tested by themselves: it
// answers at once, remembers what it was asked, and fails when a test wants it to.
#pragma once

#include "cli/command.h"

#include "praxiscope/explain.h"
#include "praxiscope/study.h"

#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace praxiscope::test {

struct FakeLibrary {
  std::vector<std::string> inputs;                     ///< in the order they were asked for
  std::vector<ModelKeeper*> keepers;                   ///< likewise
  PredictOptions predict_options;                      ///< of the last call
  ExplainOptions explain_options;                      ///< of the last call
  std::vector<std::string> checked_inputs;             ///< of the last check_outputs
  std::vector<std::pair<std::string, bool>> pictures;  ///< written: path, overwrite
  ManifestOverrides info_overrides;                    ///< of the last read_manifest
  std::vector<std::string> study_inputs;               ///< of the last run_study
  StudySettings study_settings;                        ///< likewise
  std::vector<std::string> study_failures;             ///< what run_study says of its inputs
  std::function<void(const std::string& input, Progress&)> on_input = [](auto&, auto&) {};
};
/// Shared by the fakes and the test; make_fresh() at the start of each.
FakeLibrary& fake();
void make_fresh();

/// What a command line did.
struct Outcome {
  int status = 0;
  std::string out, err;
};
Outcome run(const std::vector<std::string>& words, bool is_terminal = false, int width = 80);

}  // namespace praxiscope::test
