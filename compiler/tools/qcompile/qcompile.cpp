//===- qcompile.cpp - The qcompile command --------------------------------===//
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <thread>
#include <unistd.h>

#include "backends/RegisterBackends.h"
#include "compiler/io/ScopedPath.h"
#include "compiler/tools/qcompile/Commands.h"
#include "llvm/Support/raw_ostream.h"

using namespace qcompile;
using namespace qcompile::tool;

static int dispatch(Session &session, const Options &options, Messages &messages) {
  switch (options.command) {
  case Command::Compile:
    return compileModel(session, options, messages);
  case Command::Run:
    return runModel(session, options, messages);
  case Command::Inspect:
    return inspectModel(session, options, messages);
  case Command::Check:
    return checkModel(session, options, messages);
  case Command::Compare:
    return compareModel(session, options, messages);
  case Command::Compress:
    return compressModel(session, options, messages);
  case Command::Convert:
    return convertModel(session, options, messages);
  case Command::ListBackends:
    return listBackends(session, options);
  case Command::Explain:
    return explainCode(options);
  }
  return int(Outcome::Usage);
}

static bool addBackends(Session &session, const Options &options) {
  if (llvm::Error error = registerBackends(session.backends()))
    return session.fail(Outcome::Internal, Code::B005, llvm::toString(std::move(error)));
  for (const std::string &plugin : options.plugins)
    if (llvm::Error error = session.backends().load(plugin))
      return session.fail(Outcome::Usage, Code::B005, llvm::toString(std::move(error)));
  return true;
}

/// What runs, for the message of an interrupt.
static std::atomic<const char *> currentPhase = "start";

/// Whether the main thread has come to a stop.
static std::atomic<bool> isParked = false;

/// Where the main thread stays from an interrupt on, so that it writes nothing more.
static void park(int) {
  isParked = true;
  while (true)
    pause();
}

/// Interrupts go to a thread that waits for them: it stops the main thread wherever that is, removes what is half
/// written, and ends the process.
static void watchInterrupts() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGUSR2, park);
  std::thread([signals, mainThread = pthread_self()] {
    int signal;
    sigwait(&signals, &signal);
    pthread_kill(mainThread, SIGUSR2);
    // The signal takes effect when the thread runs next: until then it may still create files. Ten seconds are far more
    // than that.
    for (int i = 0; i < 10000 && !isParked; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    removeScopedPaths();
    for (const char *text : {"qcompile: interrupted in phase ", currentPhase.load(), "\n"})
      (void)!write(STDERR_FILENO, text, std::strlen(text));
    _exit(int(Outcome::Interrupted));
  }).detach();
}

/// Where an error reached no handler: out of memory, mostly.
[[noreturn]] static void endAtOnce() {
  static constexpr char kMessage[] = "qcompile: error: out of memory, or an internal error\n";
  removeScopedPaths();
  (void)!write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
  _exit(int(Outcome::Internal));
}

/// The library ends the process with a message of its own where standard output could not be written.
static int finishOutput(Session &session, int code) {
  llvm::outs().flush();
  if (!llvm::outs().has_error())
    return code;
  const std::string reason = llvm::outs().error().message();
  llvm::outs().clear_error();
  session.fail(Outcome::FileSystem, Code::U003, "cannot write the standard output: " + reason);
  return int(Outcome::FileSystem);
}

int main(int argc, char **argv) {
  std::set_terminate(endAtOnce);
  std::variant<Options, int> parsed = parseCommandLine(argc, argv);
  if (const int *code = std::get_if<int>(&parsed))
    return *code;
  const Options &options = std::get<Options>(parsed);
  Messages messages(options);
  Session session(options.session);
  session.onDiagnostic = [&](const Diagnostic &d) { messages.diagnostic(d); };
  watchInterrupts();
  session.onStage = [&](Stage stage) {
    // A search passes through stages all the time.
    if (options.command != Command::Compress)
      currentPhase = getStageName(stage).data();
    messages.progress("[" + std::to_string(int(stage) + 1) + "/9] " + getStageName(stage).str());
  };
  if (!addBackends(session, options))
    return int(session.outcome());
  if (options.command == Command::Run)
    currentPhase = "run";
  if (options.command == Command::Compress)
    currentPhase = "compress";
  if (options.command == Command::Convert)
    currentPhase = "convert";
  return finishOutput(session, dispatch(session, options, messages));
}
