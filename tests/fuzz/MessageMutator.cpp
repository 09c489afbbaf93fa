//===- MessageMutator.cpp - Random changes of protobuf messages -----------===//
#include "tests/fuzz/MessageMutator.h"

#include <limits>

namespace qcompile::fuzz {

using google::protobuf::FieldDescriptor;
using google::protobuf::Reflection;

void MessageMutator::collect(Message &message) {
  const Reflection &reflection = *message.GetReflection();
  const google::protobuf::Descriptor &type = *message.GetDescriptor();
  messages.push_back(&message);
  for (int i = 0; i < type.field_count(); ++i) {
    const Field *field = type.field(i);
    places.push_back({&message, field});
    const bool isText = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE && !isText)
      continue;
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : reflection.HasField(message, field);
    for (int element = 0; element < count; ++element) {
      if (isText)
        words.push_back(field->is_repeated() ? reflection.GetRepeatedString(message, field, element)
                                             : reflection.GetString(message, field));
      else
        collect(field->is_repeated() ? *reflection.MutableRepeatedMessage(&message, field, element)
                                     : *reflection.MutableMessage(&message, field));
    }
  }
}

void MessageMutator::mutate(Message &message) {
  places.clear();
  messages.clear();
  collect(message);
  // Fields that are there are the better half of the choice.
  Place place = places[pick(places.size())];
  for (int tries = 0; tries < 8; ++tries) {
    const Reflection &reflection = *place.message->GetReflection();
    if (place.field->is_repeated() ? reflection.FieldSize(*place.message, place.field) > 0
                                   : reflection.HasField(*place.message, place.field))
      break;
    place = places[pick(places.size())];
  }
  if (place.field->is_repeated())
    mutateList(place);
  else if (pick(8) == 0)
    place.message->GetReflection()->ClearField(place.message, place.field);
  else
    setValue(place);
}

void MessageMutator::mutateList(Place place) {
  const Reflection &reflection = *place.message->GetReflection();
  const int count = reflection.FieldSize(*place.message, place.field);
  if (count == 0)
    return addElement(place);
  switch (pick(4)) {
  case 0:
    return addElement(place);
  case 1:
    reflection.SwapElements(place.message, place.field, int(pick(count)), int(pick(count)));
    return;
  case 2:
    reflection.SwapElements(place.message, place.field, int(pick(count)), count - 1);
    reflection.RemoveLast(place.message, place.field);
    return;
  default:
    // A new last element in place of an old one.
    addElement(place);
    reflection.SwapElements(place.message, place.field, int(pick(count)), count);
    reflection.RemoveLast(place.message, place.field);
  }
}

void MessageMutator::addElement(Place place) {
  if (place.field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
    return setScalar(place, /*add=*/true);
  // A copy first: the message may contain the list that grows.
  std::unique_ptr<Message> copy = copySimilar(place);
  Message *element = place.message->GetReflection()->AddMessage(place.message, place.field);
  if (copy)
    element->CopyFrom(*copy);
}

void MessageMutator::setValue(Place place) {
  if (place.field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
    return setScalar(place, /*add=*/false);
  std::unique_ptr<Message> copy = copySimilar(place);
  Message *value = place.message->GetReflection()->MutableMessage(place.message, place.field);
  if (copy)
    value->CopyFrom(*copy);
}

void MessageMutator::setScalar(Place place, bool add) {
  const Reflection &reflection = *place.message->GetReflection();
  auto put = [&](auto setter, auto adder, auto value) {
    if (add)
      (reflection.*adder)(place.message, place.field, value);
    else
      (reflection.*setter)(place.message, place.field, value);
  };
  switch (place.field->cpp_type()) {
  case FieldDescriptor::CPPTYPE_INT32:
    return put(&Reflection::SetInt32, &Reflection::AddInt32, int32_t(drawInteger()));
  case FieldDescriptor::CPPTYPE_INT64:
    return put(&Reflection::SetInt64, &Reflection::AddInt64, drawInteger());
  case FieldDescriptor::CPPTYPE_UINT32:
    return put(&Reflection::SetUInt32, &Reflection::AddUInt32, uint32_t(drawInteger()));
  case FieldDescriptor::CPPTYPE_UINT64:
    return put(&Reflection::SetUInt64, &Reflection::AddUInt64, uint64_t(drawInteger()));
  case FieldDescriptor::CPPTYPE_FLOAT:
    return put(&Reflection::SetFloat, &Reflection::AddFloat, float(drawNumber()));
  case FieldDescriptor::CPPTYPE_DOUBLE:
    return put(&Reflection::SetDouble, &Reflection::AddDouble, drawNumber());
  case FieldDescriptor::CPPTYPE_BOOL:
    return put(&Reflection::SetBool, &Reflection::AddBool, pick(2) == 1);
  case FieldDescriptor::CPPTYPE_ENUM:
    return put(&Reflection::SetEnumValue, &Reflection::AddEnumValue, int(pick(24)));
  case FieldDescriptor::CPPTYPE_STRING:
    return put(&Reflection::SetString, &Reflection::AddString, drawText());
  case FieldDescriptor::CPPTYPE_MESSAGE:
    return;
  }
}

/// A copy of a message of the type of the field, from anywhere; null where there is none.
std::unique_ptr<MessageMutator::Message> MessageMutator::copySimilar(const Place &place) {
  std::vector<const Message *> similar;
  for (const Message *message : messages)
    if (message->GetDescriptor() == place.field->message_type())
      similar.push_back(message);
  if (similar.empty())
    return nullptr;
  const Message *chosen = similar[pick(similar.size())];
  std::unique_ptr<Message> copy(chosen->New());
  copy->CopyFrom(*chosen);
  return copy;
}

int64_t MessageMutator::drawInteger() {
  static constexpr int64_t kBorders[] = {0,         1,        -1, 2,    3,     4,         7,         8,
                                         9,         16,       31, 32,   63,    64,        127,       128,
                                         255,       256,      -2, -128, 65536, INT32_MAX, INT32_MIN, int64_t{1} << 32,
                                         INT64_MAX, INT64_MIN};
  return pick(4) == 0 ? int64_t(random()) % 1000 : kBorders[pick(std::size(kBorders))];
}

double MessageMutator::drawNumber() {
  static const double kBorders[] = {0,
                                    -0.0,
                                    1,
                                    -1,
                                    0.5,
                                    0.25,
                                    1e-45,
                                    3.4e38,
                                    1e-7,
                                    127.5,
                                    -128,
                                    1e300,
                                    std::numeric_limits<double>::infinity(),
                                    -std::numeric_limits<double>::infinity(),
                                    std::numeric_limits<double>::quiet_NaN()};
  return pick(4) == 0 ? (double(random()) - 2147483648.0) / 65536 : kBorders[pick(std::size(kBorders))];
}

std::string MessageMutator::drawText() {
  std::string text = words.empty() ? "" : words[pick(words.size())];
  if (pick(3) != 0)
    return text;
  // A byte more, less or other.
  const size_t at = text.empty() ? 0 : pick(text.size());
  if (text.empty() || pick(3) == 0)
    text.insert(text.begin() + at, char(pick(256)));
  else if (pick(2) == 0)
    text.erase(at, 1);
  else
    text[at] = char(pick(256));
  return text;
}

} // namespace qcompile::fuzz
