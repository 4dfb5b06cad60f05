// The program itself, on real files with the bundled network: what a user types, what a user gets.
#include "cli/subprocess.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

namespace praxiscope::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kModel = std::string(PRAXISCOPE_SOURCE_DIR) + "/models/effnet3d";

std::vector<std::string> command(std::vector<std::string> words) {
  words.insert(words.begin(), std::string(PRAXISCOPE_BUILD_DIR) + "/bin/praxiscope");
  return words;
}

Finished praxiscope(const std::vector<std::string>& words, const std::string& input = "") {
  return run_program_file(command(words), input);
}

/// A moving test pattern, made by ffmpeg: `frames` frames of 96x64 at 25 per second.
void make_video(const std::string& path, int frames) {
  const Finished made =
      run_program_file({"ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25",
                        "-frames:v", std::to_string(frames), "-pix_fmt", "yuv420p", "-y", path});
  ASSERT_EQ(made.status, 0) << made.err;
}

int count_frames(const std::string& path) {
  const Finished probed =
      run_program_file({"ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0",
                        "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", path});
  return std::atoi(probed.out.c_str());
}

std::string error_line(const Finished& finished) {
  const std::size_t begin = finished.err.rfind("error: ");
  return begin == std::string::npos ? "" : finished.err.substr(begin);
}

class Program : public testing::Test {
 protected:
  TemporaryFolder folder_;
};

class ProgramWithModel : public Program {
 protected:
  void SetUp() override {
    if (!fs::exists(kModel + "/effnet3d.pt")) {
      GTEST_SKIP() << "models/effnet3d is not made on this machine (tools/setup makes it)";
    }
  }
};

TEST_F(Program, TellsItsMethodsAndPresets) {
  const Finished methods = praxiscope({"list", "methods", "--json"});
  EXPECT_EQ(methods.status, 0);
  EXPECT_EQ(methods.err, "");
  std::vector<std::string> ids;
  const json parsed = json::parse(methods.out);
  for (const json& method : parsed["methods"]) ids.push_back(method["id"]);
  EXPECT_THAT(ids, testing::IsSupersetOf({"cam", "grad_cam", "grad_cam_pp", "hires_cam",
                                          "layer_cam", "saliency", "xgrad_cam"}));
  EXPECT_THAT(praxiscope({"list", "presets"}).out, HasSubstr("torchvision"));
  EXPECT_THAT(praxiscope({"help", "explain"}).out, HasSubstr("grad_cam_pp"));
}

TEST_F(Program, HelpOfEveryCommandFitsAScreen) {
  for (const char* name : {"demo", "info", "predict", "explain", "list", "help", "activations",
                           "evaluate", "filters", "fusion", "maximize"}) {
    const Finished help = praxiscope({name, "--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_EQ(help.err, "");
    EXPECT_LE(std::count(help.out.begin(), help.out.end(), '\n'), 40) << name;
  }
}

TEST_F(Program, SaysWhatIsInAVideo) {
  make_video(folder_.path("a.mp4"), 10);
  const Finished info = praxiscope({"info", folder_.path("a.mp4"), "--json"});
  EXPECT_EQ(info.status, 0) << info.err;
  const json parsed = json::parse(info.out);
  EXPECT_EQ(parsed["width"], 96);
  EXPECT_EQ(parsed["height"], 64);
  EXPECT_EQ(parsed["frame_rate"], "25");
}

TEST_F(ProgramWithModel, SaysWhatIsInAModel) {
  const Finished info = praxiscope({"info", kModel, "--json"});
  EXPECT_EQ(info.status, 0) << info.err;
  const json parsed = json::parse(info.out);
  EXPECT_EQ(parsed["labels"].size(), 1000U);
  EXPECT_GT(parsed["layers"].size(), 20U);
  EXPECT_EQ(parsed["inputs"][0]["frames"], 16);
  EXPECT_THAT(praxiscope({"info", kModel}).out, HasSubstr("effnet3d"));
}

TEST_F(ProgramWithModel, PredictsFromFileAndPipeAlike) {
  make_video(folder_.path("a.mkv"), 20);
  const Finished file = praxiscope({"predict", "-m", kModel, folder_.path("a.mkv"), "--json"});
  const Finished pipe = praxiscope({"predict", "-m", kModel, "-", "--json"}, folder_.path("a.mkv"));
  ASSERT_EQ(file.status, 0) << file.err;
  ASSERT_EQ(pipe.status, 0) << pipe.err;
  const json from_file = json::parse(file.out), from_pipe = json::parse(pipe.out);
  EXPECT_EQ(from_file["schema"], "praxiscope.predict/1");
  EXPECT_EQ(from_file["frames"], 20);
  EXPECT_EQ(from_file["top"], from_pipe["top"]);
}

TEST_F(ProgramWithModel, ExplainsIntoAllForms) {
  make_video(folder_.path("a.mp4"), 40);
  const std::vector<std::string> words{"explain", "-m",
                                       kModel,    folder_.path("a.mp4"),
                                       "-o",      folder_.path("x.mp4"),
                                       "-o",      folder_.path("x.npz"),
                                       "-o",      folder_.path("x.json"),
                                       "-o",      folder_.path("x.png")};
  const Finished explained = praxiscope(words);
  ASSERT_EQ(explained.status, 0) << explained.err;
  EXPECT_EQ(explained.out, folder_.path("x.mp4") + "\n" + folder_.path("x.npz") + "\n" +
                               folder_.path("x.json") + "\n" + folder_.path("x.png") + "\n");
  EXPECT_THAT(folder_.names(), ElementsAre("a.mp4", "x.json", "x.mp4", "x.npz", "x.png"));
  EXPECT_EQ(count_frames(folder_.path("x.mp4")), 40);
  EXPECT_EQ(json::parse(std::ifstream(folder_.path("x.json")))["schema"], "praxiscope.explain/1");

  const auto written = fs::last_write_time(folder_.path("x.mp4"));
  const Finished again = praxiscope(words);
  EXPECT_EQ(again.status, 5);
  EXPECT_THAT(error_line(again), HasSubstr("--force"));
  EXPECT_EQ(fs::last_write_time(folder_.path("x.mp4")), written);
}

TEST_F(ProgramWithModel, NoResultIsReplacedByAnother) {
  for (const char* folder : {"1", "2"}) {
    fs::create_directory(folder_.path(folder));
    make_video(folder_.path(folder) + "/x.mp4", 4);
  }
  const Finished finished = praxiscope({"explain", "-m", kModel, folder_.path("1") + "/x.mp4",
                                        folder_.path("2") + "/x.mp4", "--force"});
  EXPECT_EQ(finished.status, 2);
  EXPECT_THAT(error_line(finished), HasSubstr("would both write \"x.praxiscope.mp4\""));
  EXPECT_EQ(finished.out, "");
}

TEST_F(ProgramWithModel, NamesWhatIsWrongWithEachArgument) {
  make_video(folder_.path("a.mp4"), 4);
  std::ofstream(folder_.path("text.mp4")) << "no video at all\n";
  std::ofstream(folder_.path("text.pt")) << "no network at all\n";
  const std::string video = folder_.path("a.mp4"), out = folder_.path("x.mp4");
  struct Case {
    std::vector<std::string> words;
    int status;
    std::string message;
  };
  const std::vector<Case> cases{
      {{"predict", "-m", kModel, folder_.path("none.mp4")}, 3, "none.mp4"},
      {{"predict", "-m", kModel, folder_.path("text.mp4")}, 3, "text.mp4"},
      {{"predict", "-m", "efnet3d", video}, 4, "efnet3d"},
      {{"predict", "-m", folder_.path("text.pt"), video}, 4, "text.pt"},
      {{"predict", "-m", kModel, video, "--preset", "torchvison"},
       2,
       "did you mean \"torchvision\""},
      {{"predict", "-m", kModel, video, "--clips", "some"}, 2, "some"},
      {{"explain", "-m", kModel, video, "--method", "grad_camm"}, 2, "did you mean \"grad_cam\""},
      {{"explain", "-m", kModel, video, "-o", out, "--layer", "haed"}, 2, "did you mean \"head\""},
      {{"explain", "-m", kModel, video, "-o", out, "--target", "mountain bik"}, 2, "did you mean"},
      {{"explain", "-m", kModel, video, "-o", out, "--scale", "wide"}, 2, "wide"},
      {{"explain", "-m", kModel, video, "-o", folder_.path("x.avi")}, 2, "x.avi"},
      {{"explain", "-m", kModel, video, "-o", out, "-o", folder_.path("./x.mp4")},
       2,
       "named twice"},
      {{"explain", "-m", kModel, video, "-o", out, "--method", "grad_cam:layer=haed"},
       2,
       "did you mean \"head\""},
      {{"explain", "-m", kModel, video, "-o", folder_.path("none/x.mp4")}, 5, "none"},
      {{"explain", "-m", kModel, video, "-o", out, "--device", "tpu"}, 2, "tpu"}};
  for (const Case& wrong : cases) {
    const Finished finished = praxiscope(wrong.words);
    EXPECT_EQ(finished.status, wrong.status) << finished.err;
    EXPECT_EQ(finished.out, "");
    const std::string line = error_line(finished);
    EXPECT_THAT(line, HasSubstr(wrong.message));
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
  }
  EXPECT_THAT(folder_.names(), ElementsAre("a.mp4", "text.mp4", "text.pt"));
}

TEST_F(Program, AFullDiskIsAnOutputError) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full on this system";
  const Finished finished = Subprocess(command({"list", "methods"}), "", "/dev/full").wait();
  EXPECT_EQ(finished.status, 5);
  EXPECT_THAT(finished.err, HasSubstr("cannot write to standard output"));
}

TEST_F(Program, EndsWithoutAWordWhenItsReaderHasGone) {
  const std::vector<std::vector<std::string>> all{{"list", "methods"}, {"--help"}, {"--version"}};
  for (const std::vector<std::string>& words : all) {
    const Finished finished = Subprocess(command(words), "", kClosedPipe).wait();
    EXPECT_EQ(finished.status, 128 + SIGPIPE) << finished.err;
    EXPECT_EQ(finished.err, "");
  }
}

TEST_F(ProgramWithModel, LeavesNothingHalfWrittenWhenInterrupted) {
  make_video(folder_.path("long.mkv"), 3000);
  Subprocess running(command({"explain", "-m", kModel, folder_.path("long.mkv"), "--hop", "4", "-o",
                              folder_.path("x.mp4"), "-o", folder_.path("x.npz")}));
  ASSERT_TRUE(running.wait_for_error_text("explain"));
  running.send(SIGINT);
  const Finished finished = running.wait();
  EXPECT_EQ(finished.status, 130) << finished.err;
  EXPECT_EQ(finished.out, "");
  EXPECT_THAT(folder_.names(), ElementsAre("long.mkv"));
}

TEST_F(Program, MaximizesIntoAllForms) {
  std::vector<std::string> arguments{"maximize",
                                     "-m",
                                     "strings_fair",
                                     "--class",
                                     "holding a violin",
                                     "--speed",
                                     "slow,free",
                                     "--alone",
                                     "off",
                                     "--steps",
                                     "3",
                                     "--preview",
                                     folder_.path("now.png")};
  for (const char* name : {"x.mp4", "x.gif", "x.pdf", "x.html", "x.png", "x.json"})
    arguments.insert(arguments.end(), {"-o", folder_.path(name)});
  const Finished done = praxiscope(arguments);
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(count_frames(folder_.path("now.png")), 1);
  EXPECT_EQ(count_frames(folder_.path("x.mp4")), 32) << "16 frames, twice";
  EXPECT_EQ(count_frames(folder_.path("x.gif")), 32);
  EXPECT_THAT(folder_.names(),
              ElementsAre("now.png", "x.gif", "x.html", "x.json", "x.mp4", "x.pdf", "x.png"));
  std::ifstream file(folder_.path("x.json"));
  const json told = json::parse(file);
  EXPECT_EQ(told["schema"], "praxiscope.maximize/1");
  EXPECT_EQ(told["sought"][0]["results"].size(), 2U);
}

TEST_F(Program, AnotherNetworkIsLookedForBeforeTheSearch) {
  const Finished refused =
      praxiscope({"maximize", "-m", "strings_fair", "--class", "0", "--transfer", "nowhere",
                  "--steps", "50000", "-o", folder_.path("x.json")});
  EXPECT_EQ(refused.status, 4) << refused.err;
  EXPECT_THAT(error_line(refused), HasSubstr("nowhere"));
  EXPECT_THAT(refused.err, ::testing::Not(HasSubstr("steps")));
  EXPECT_THAT(folder_.names(), ElementsAre());
}

TEST_F(Program, AnAtlasTakesLayersInAnyOrder) {
  make_video(folder_.path("x.mkv"), 40);
  const Finished done =
      praxiscope({"maximize", "-m", "strings_fair", "--unit", "fusion.conv:0-1,rgb.time:3",
                  folder_.path("x.mkv"), "--speed", "medium", "--alone", "off", "--steps", "2",
                  "-o", folder_.path("x.pdf"), "--json", "--quiet"});
  EXPECT_EQ(done.status, 0) << done.err;
  const json told = json::parse(done.out);
  ASSERT_EQ(told["sought"].size(), 3U);
  EXPECT_EQ(told["sought"][2]["name"], "rgb.time:3");
  // A place of rgb.time looks at 47 px of RGB and at no flow.
  const json& tubes = told["sought"][2]["clips"][0]["tubes"];
  EXPECT_TRUE(tubes["flow"]["effective"].is_null());
  const json& seen = tubes["rgb"]["theoretical"]["y"];
  EXPECT_LE(seen[1].get<int>() - seen[0].get<int>(), 47);
  EXPECT_THAT(folder_.names(), ElementsAre("x.mkv", "x.pdf"));
}

TEST_F(Program, StudiesWithoutAVideoSaySo) {
  const Finished refused =
      praxiscope({"filters", "-m", "strings_fair", "-o", folder_.path("x.mp4")});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(error_line(refused), HasSubstr("expected .json, .pdf, .html or .png"));
  const Finished preview = praxiscope(
      {"maximize", "-m", "strings_fair", "--class", "0", "--preview", folder_.path("now.mp4")});
  EXPECT_EQ(preview.status, 2);
  EXPECT_THAT(error_line(preview), HasSubstr("expected a .png file"));
  EXPECT_THAT(folder_.names(), ElementsAre());
}

TEST_F(Program, AnInterruptedSearchKeepsTheBestSoFar) {
  Subprocess running(command({"maximize", "-m", "strings_fair", "--class", "holding a violin",
                              "--speed", "free", "--alone", "off", "--steps", "50000", "-o",
                              folder_.path("x.png"), "-o", folder_.path("x.json")}));
  ASSERT_TRUE(running.wait_for_error_text("steps"));
  std::this_thread::sleep_for(std::chrono::seconds(3));
  running.send(SIGINT);
  const Finished finished = running.wait();
  EXPECT_EQ(finished.status, 130) << finished.err;
  EXPECT_THAT(folder_.names(), ElementsAre("x.json", "x.png"));
  std::ifstream file(folder_.path("x.json"));
  EXPECT_TRUE(json::parse(file)["stopped"].get<bool>());
}

TEST_F(ProgramWithModel, EndsAtOnceWhenInterruptedTwice) {
  make_video(folder_.path("long.mkv"), 3000);
  fs::create_directory(folder_.path("long"));
  Subprocess running(command({"explain", "-m", kModel, folder_.path("long.mkv"), "--hop", "4", "-o",
                              folder_.path("{stem}/x.mp4"), "-o", folder_.path("x.npz")}));
  ASSERT_TRUE(running.wait_for_error_text("explain"));
  running.send(SIGINT);
  ASSERT_TRUE(running.wait_for_error_text("stopping; Ctrl-C again leaves at once"));
  running.send(SIGTERM);
  EXPECT_EQ(running.wait().status, 130);
  EXPECT_THAT(folder_.names(), ElementsAre("long", "long.mkv"));
  EXPECT_TRUE(fs::is_empty(folder_.path("long")));
}

TEST_F(ProgramWithModel, LeavesNothingHalfWrittenWhenItsTerminalCloses) {
  make_video(folder_.path("long.mkv"), 3000);
  Subprocess running(command({"explain", "-m", kModel, folder_.path("long.mkv"), "--hop", "4", "-o",
                              folder_.path("x.mp4")}));
  ASSERT_TRUE(running.wait_for_error_text("explain"));
  running.send(SIGHUP);
  EXPECT_EQ(running.wait().status, 130);
  EXPECT_THAT(folder_.names(), ElementsAre("long.mkv"));
}

TEST_F(ProgramWithModel, GoesOnUnderNohupWhenItsTerminalCloses) {
  make_video(folder_.path("a.mkv"), 64);
  std::vector<std::string> words =
      command({"predict", "-m", kModel, folder_.path("a.mkv"), "--hop", "4", "--json"});
  words.insert(words.begin(), "nohup");
  Subprocess running(words);
  ASSERT_TRUE(running.wait_for_error_text("predict"));
  running.send(SIGHUP);
  const Finished finished = running.wait();
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("\"frames\":64"));
}

/// A named pipe that somebody holds open and nobody writes to.
class SilentPipe {
 public:
  explicit SilentPipe(const std::string& path) {
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    holder_ = ::open(path.c_str(), O_RDWR);
  }
  ~SilentPipe() { ::close(holder_); }

 private:
  int holder_ = -1;
};

TEST_F(ProgramWithModel, AnInterruptEndsTheWaitForAPipe) {
  const std::string pipe = folder_.path("pipe");
  const SilentPipe silent(pipe);
  for (const std::vector<std::string>& input :
       {std::vector<std::string>{"-", "-o", folder_.path("x.mp4")}, {pipe}}) {
    std::vector<std::string> words{"explain", "-m", kModel};
    words.insert(words.end(), input.begin(), input.end());
    Subprocess running(command(words), input.front() == "-" ? pipe : "");
    ASSERT_TRUE(running.wait_for_error_text("waiting for data"));
    running.send(SIGINT);
    EXPECT_TRUE(running.wait_for_error_text("stopping"));
    const Finished finished = running.wait();
    EXPECT_EQ(finished.status, 130);
    EXPECT_EQ(std::count(finished.err.begin(), finished.err.end(), '\n'), 3) << finished.err;
  }
  EXPECT_THAT(folder_.names(), ElementsAre("pipe"));
}

TEST_F(Program, ItsThreadsSleepWhileTheyWaitUnlessTheUserSaysOtherwise) {
  const auto policy = [&](std::vector<std::string> environment) {
    std::vector<std::string> words = command({"predict", "-m", "none", "none.mp4"});
    environment.insert(environment.begin(), {"env", "-u", "OMP_WAIT_POLICY", "-u", "GOMP_SPINCOUNT",
                                             "OMP_DISPLAY_ENV=verbose"});
    words.insert(words.begin(), environment.begin(), environment.end());
    const std::string said = run_program_file(words).err;
    const std::size_t at = said.rfind("OMP_WAIT_POLICY = '");  // of the last start
    return at == std::string::npos ? said
                                   : said.substr(at + 19, said.find('\'', at + 19) - at - 19);
  };
  EXPECT_EQ(policy({}), "PASSIVE");
  EXPECT_EQ(policy({"OMP_WAIT_POLICY=active"}), "ACTIVE");
  EXPECT_NE(policy({"GOMP_SPINCOUNT=5"}), "PASSIVE\n") << "is left alone";
}

}  // namespace
}  // namespace praxiscope::test
