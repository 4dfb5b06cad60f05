// LibTorch's exceptions in our words: the one place where they are translated.
#pragma once

#include "model/program.h"

#include "praxiscope/error.h"

#include <exception>
#include <string>

namespace praxiscope::program {

/// First meaningful line of a foreign exception, without backtrace and source quotes.
std::string reason_of(const std::exception& error);

/// `error` as an Error kModel that names layer, operator and Python line. `op` may be null.
Error translated(const std::exception& error, const Op* op);

}  // namespace praxiscope::program
