// The networks of tools/export/test_networks.py, and what Python says of them, for tests.
#pragma once

#include "praxiscope/model.h"

#include <ATen/ATen.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace praxiscope::testing {

/// Tensors by key: "input/0", "output/0", "act/layer4.1", "grad/layer4.1", "input_grad/guided/0".
using Golden = std::map<std::string, at::Tensor>;

/// GoogleTest's fixtures have a Run of their own.
using Forward = praxiscope::Run;

/// Where make_test_models.py has put its files.
std::string models_folder();
bool has_models();

Golden read_golden(const std::string& name);
std::vector<at::Tensor> inputs_of(const Golden& golden);
/// Names after "act/".
std::vector<std::string> layers_of(const Golden& golden);

/// A manifest for `name` + `form` (".pt", ".traced.pt", ...) with the golden's sizes.
Manifest manifest_of(const std::string& name, const std::string& form, const Golden& golden);
std::unique_ptr<Model> load_network(const std::string& name, const std::string& form);

/// max |a - b| / max |b|.
double relative_error(const at::Tensor& a, const at::Tensor& b);

/// The message of the Error that `work` throws; "" when it throws none.
template <typename Work>
std::string message_of(const Work& work);

}  // namespace praxiscope::testing

#include "praxiscope/error.h"

template <typename Work>
std::string praxiscope::testing::message_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}
