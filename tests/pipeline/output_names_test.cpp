// Names of outputs: what patterns stand for, and that no file is written twice or read and written.
#include "pipeline/output_names.h"

#include "praxiscope/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

namespace praxiscope {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string message_of(ErrorKind kind, const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  return "no error";
}

class OutputNames : public testing::Test {
 protected:
  OutputNames()
      : before_(fs::current_path()),
        folder_(fs::path(testing::TempDir()) / ("outputs" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    fs::current_path(folder_);
  }
  ~OutputNames() override {
    fs::current_path(before_);
    fs::remove_all(folder_);
  }

  static void make(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (fs::path(name).has_parent_path()) fs::create_directories(fs::path(name).parent_path());
      std::ofstream(name) << "x";
    }
  }
  static std::string clash(const std::vector<std::string>& inputs,
                           const std::vector<std::string>& outputs) {
    return message_of(ErrorKind::kUsage, [&] { check_outputs(inputs, outputs); });
  }
  static std::string plan_error(ErrorKind kind, const std::string& input,
                                const std::vector<std::string>& outputs) {
    return message_of(kind, [&] { plan(input, outputs); });
  }
  static std::vector<std::string> plan(const std::string& input,
                                       const std::vector<std::string>& outputs,
                                       bool overwrite = false, bool is_still = false) {
    ExplainOptions options;
    options.outputs = outputs;
    options.overwrite = overwrite;
    return plan_outputs(input, options, is_still);
  }

 private:
  fs::path before_, folder_;
};

const std::string kUsual{kUsualOutput};

TEST_F(OutputNames, EndingDecidesTheForm) {
  EXPECT_EQ(output_form("a.mp4"), OutputForm::kVideo);
  EXPECT_EQ(output_form("a.MKV"), OutputForm::kVideo);
  EXPECT_EQ(output_form("a.b.npz"), OutputForm::kNpz);
  EXPECT_THAT(message_of(ErrorKind::kUsage, [] { output_form("a.np"); }),
              HasSubstr("did you mean \".npz\""));
  fs::create_directory("out");
  EXPECT_THAT(message_of(ErrorKind::kUsage, [] { output_form("out/"); }),
              HasSubstr("it is a folder, expected a file, as in \"out/{stem}.mp4\""));
  EXPECT_THAT(message_of(ErrorKind::kUsage, [] { output_form("a"); }), HasSubstr("expected .mp4"));
}

TEST_F(OutputNames, StemStandsForTheInputsName) {
  make({"my.clips/1.jpg", "100%.mp4"});
  const std::vector<std::pair<std::string, std::string>> stems{
      {"/x/my clip.avi", "my clip"},
      {"-", "stdin"},
      {"img_%05d.jpg", "img__05d"},
      {"frames_%d/img.jpg", "img"},
      {"*.jpg", "_"},
      {"100%.mp4", "100%"},
      {"my.clips", "my.clips"},
      {"my.clips/", "my.clips"},
      {"my.clips/.", "my.clips"},
      {".", fs::current_path().filename().string()},
      {"rtsp://host:554/street/cam.1?user=a.b", "cam"},
      {"http://host/", "host"}};
  for (const auto& [input, stem] : stems) {
    EXPECT_EQ(expand_output("out/{stem}.npz", input, false), "out/" + stem + ".npz") << input;
  }
  EXPECT_EQ(expand_output("{stem}-{stem}.npz", "-", false), "stdin-stdin.npz");
  EXPECT_EQ(expand_output("{stem}.npz", "{stem}.mp4", false), "{stem}.npz");
}

TEST_F(OutputNames, TheUsualOutputOfAStillIsAPicture) {
  EXPECT_EQ(expand_output(kUsual, "a/b.mp4", false), "b.praxiscope.mp4");
  EXPECT_EQ(expand_output(kUsual, "a/b.gif", true), "b.praxiscope.png");
  EXPECT_THAT(plan("a/b.jpg", {"x.{mp4|png}", "{stem}.json"}, false, true),
              ElementsAre("x.png", "b.json"));
}

TEST_F(OutputNames, TwoInputsNeverWriteOneFile) {
  EXPECT_EQ(clash({"a.mp4", "b.mp4"}, {"out/x.mp4"}),
            "inputs \"a.mp4\" and \"b.mp4\" would both write \"out/x.mp4\"; use -o "
            "\"out/{stem}.mp4\"");
  EXPECT_THAT(clash({"1/a.mp4", "2/a.avi"}, {"{stem}.npz"}), HasSubstr("one by one"));
  EXPECT_THAT(clash({"1/a.mp4", "2/a.avi"}, {kUsual}),
              HasSubstr("\"1/a.mp4\" and \"2/a.avi\" would both write \"a.praxiscope.mp4\""));
  EXPECT_THAT(clash({"img_%d.jpg", "img__d.mp4"}, {"{stem}.npz"}), HasSubstr("would both write"));
  EXPECT_THAT(clash({"a.mp4", "b.mp4", "a.mp4"}, {kUsual}), HasSubstr("\"a.mp4\": named twice"));
  EXPECT_EQ(clash({"a.mp4", "b.mp4", "-"}, {"{stem}.npz", "{stem}.json"}), "no error");
}

TEST_F(OutputNames, OneFileUnderTwoNamesIsFound) {
  fs::create_directories("out/deep");
  fs::create_directory_symlink("out", "link");
  for (const char* other : {"./out/o.json", "out/deep/../o.json", "link/o.json", "out//o.json"}) {
    EXPECT_THAT(clash({"a.mp4"}, {"out/o.json", other}), HasSubstr("named twice")) << other;
    EXPECT_THAT(plan_error(ErrorKind::kUsage, "a.mp4", {"out/o.json", other}),
                HasSubstr("named twice"));
  }
  EXPECT_THAT(clash({"a.mp4"}, {"o.json", (fs::current_path() / "o.json").string()}),
              HasSubstr("named twice"));
}

TEST_F(OutputNames, NoInputIsReplaced) {
  make({"a.mp4", "b.mp4", "a.praxiscope.mp4", "frames/1.png", "frames/2.png"});
  fs::create_symlink("b.mp4", "link.mp4");
  EXPECT_EQ(clash({"a.mp4"}, {"./a.mp4"}),
            "output \"./a.mp4\" would replace its own input; choose another name with -o");
  EXPECT_EQ(clash({"a.mp4", "a.praxiscope.mp4"}, {kUsual}),
            "output \"a.praxiscope.mp4\" of \"a.mp4\" would replace the input "
            "\"a.praxiscope.mp4\"; choose another name with -o");
  EXPECT_THAT(clash({"a.mp4", "link.mp4"}, {"b.mp4"}), HasSubstr("replace the input \"link.mp4\""));
  EXPECT_THAT(clash({"frames"}, {"frames/1.png"}), HasSubstr("its own input"));
  EXPECT_EQ(clash({"frames"}, {"frames/{stem}.png"}), "no error");
  EXPECT_THAT(plan_error(ErrorKind::kUsage, "a.mp4", {"a.mp4"}), HasSubstr("its own input"));
}

TEST_F(OutputNames, APictureAndAVideoOfOneNameDoNotCollide) {
  // The smallest PNG there is: one pixel.
  const std::string png(
      "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x02\0\0\0\x90wS\xde"
      "\0\0\0\x0cIDATx\x9c"
      "c\xf8\xcf\xc0\0\0\3\1\1\0\xc9\xfe\x92\xef\0\0\0\0IEND\xae"
      "B`\x82",
      69);
  make({"1/a.mp4", "2/a.png", "3/a.png"});
  for (const char* name : {"2/a.png", "3/a.png"}) std::ofstream(name) << png;
  EXPECT_EQ(clash({"1/a.mp4", "2/a.png"}, {kUsual}), "no error");
  EXPECT_THAT(clash({"1/a.mp4", "2/a.png", "3/a.png"}, {kUsual}),
              HasSubstr("\"2/a.png\" and \"3/a.png\" would both write \"a.praxiscope.png\""));
}

TEST_F(OutputNames, PipesAreNotOpenedToBeNamed) {
  for (const char* folder : {"1", "2"}) {
    fs::create_directory(folder);
    ASSERT_EQ(::mkfifo((std::string(folder) + "/pipe").c_str(), 0600), 0);
  }
  // Opening one would wait for a writer for ever.
  EXPECT_THAT(clash({"1/pipe", "2/pipe"}, {kUsual}), HasSubstr("\"pipe.praxiscope.mp4\""));
}

TEST_F(OutputNames, WhatExistsIsToldBeforeAnyWork) {
  make({"a.mp4", "o.json"});
  EXPECT_THAT(plan_error(ErrorKind::kOutput, "a.mp4", {"o.mp4", "o.json"}),
              AllOf(HasSubstr("\"o.json\""), HasSubstr("--force")));
  EXPECT_THAT(plan("a.mp4", {"o.mp4", "o.json"}, true), ElementsAre("o.mp4", "o.json"));
  EXPECT_THAT(plan_error(ErrorKind::kOutput, "a.mp4", {"none/o.mp4"}), HasSubstr("make it first"));
}

}  // namespace
}  // namespace praxiscope
