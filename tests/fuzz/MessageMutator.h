//===- MessageMutator.h - Random changes of protobuf messages ---*- C++ -*-===//
//
// A flipped byte of a model mostly gives no model. These changes give messages of the same type: a field set, cleared,
// copied from elsewhere, an element of a list doubled, moved or taken out.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_TESTS_FUZZ_MESSAGEMUTATOR_H
#define QCOMPILE_TESTS_FUZZ_MESSAGEMUTATOR_H

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace qcompile::fuzz {

class MessageMutator {
public:
  /// `words`: texts that fields may get beside those of the message itself.
  MessageMutator(unsigned seed, std::vector<std::string> words) : random(seed), words(std::move(words)) {}

  void mutate(google::protobuf::Message &message);

private:
  using Message = google::protobuf::Message;
  using Field = google::protobuf::FieldDescriptor;
  /// A field of a message somewhere in the whole.
  struct Place {
    Message *message;
    const Field *field;
  };

  size_t pick(size_t count) { return std::uniform_int_distribution<size_t>(0, count - 1)(random); }
  void collect(Message &message);
  void mutateList(Place place);
  void addElement(Place place);
  void setValue(Place place);
  void setScalar(Place place, bool add);
  std::unique_ptr<Message> copySimilar(const Place &place);
  int64_t drawInteger();
  double drawNumber();
  std::string drawText();

  std::mt19937 random;
  std::vector<std::string> words;
  std::vector<Place> places;
  std::vector<const Message *> messages;
};

} // namespace qcompile::fuzz

#endif // QCOMPILE_TESTS_FUZZ_MESSAGEMUTATOR_H
