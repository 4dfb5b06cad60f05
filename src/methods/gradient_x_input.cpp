// Gradient times input: what each element adds to the target, if the network were linear around the
// clip.
#include "methods/support/input_method.h"

namespace praxiscope::methods {
namespace {

/// M = sum_c x_c dS/dx_c, with x as the network gets it: a value is told against 0 after the
/// preparation, for most networks the mean colour of their training. For a network of convolutions,
/// rectifiers and poolings without biases the map sums to S.
at::Tensor product(const at::Tensor& gradient, const at::Tensor& clip) {
  return (gradient.to(at::kFloat) * clip.to(at::kFloat)).sum(1);
}

std::unique_ptr<Method> make(const Model&, const std::string&, const OptionValues&) {
  return make_input_method({.id = "gradient_x_input", .variant = "", .is_signed = true}, &product);
}

}  // namespace

extern const MethodInfo gradient_x_input{
    .id = "gradient_x_input",
    .title = "Gradient x input",
    .summary = "gradient times input: a first-order share of the target",
    .source = "Shrikumar et al., arXiv:1605.01713; over time, height and width",
    .reading = "finds, to first order, what adds to and takes from",
    .is_signed = true,
    .is_pixel_wise = true,
    .is_layer_based = false,
    .options = {},
    .make = &make,
};

}  // namespace praxiscope::methods
