// The words of praxiscope/text.h, under the name that the folders of the library use.
#pragma once

#include "praxiscope/text.h"
