// RNN, GRU and LSTM by the formulas of the ONNX operators, one rounding per step, products in
// ascending order.
#include <algorithm>
#include <cmath>
#include <functional>

#include "absl/strings/str_cat.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/float_math.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

template <typename T>
using Vector = std::vector<T>;
template <typename T>
using Activation = std::function<T(T)>;

// An activation by its name, with the parameters that it may have.
template <typename T>
absl::StatusOr<Activation<T>> MakeActivation(const std::string& name, std::optional<float> alpha,
                                             std::optional<float> beta) {
  if (name == "Sigmoid") return Activation<T>([](T x) { return SigmoidOf(x); });
  if (name == "Tanh") return Activation<T>([](T x) { return TanhOf(x); });
  if (name == "Relu") return Activation<T>([](T x) { return x < 0 ? T(0) : x; });
  if (name == "LeakyRelu") {
    const T a = alpha.value_or(0.01f);
    return Activation<T>([a](T x) { return x < 0 ? a * x : x; });
  }
  if (name == "ThresholdedRelu") {
    const T a = alpha.value_or(1.0f);
    return Activation<T>([a](T x) { return x > a ? x : T(0); });
  }
  if (name == "HardSigmoid") {
    const T a = alpha.value_or(0.2f), b = beta.value_or(0.5f);
    return Activation<T>([a, b](T x) {
      const T scaled = a * x;
      return std::min(std::max(scaled + b, T(0)), T(1));
    });
  }
  if (name == "Elu") {
    const T a = alpha.value_or(1.0f);
    return Activation<T>([a](T x) { return x < 0 ? a * (ExpOf(x) - T(1)) : x; });
  }
  if (name == "Softsign") return Activation<T>([](T x) { return x / (T(1) + std::fabs(x)); });
  if (name == "Softplus") return Activation<T>([](T x) { return LogOf(ExpOf(x) + T(1)); });
  if (name == "Affine" && alpha && beta) {
    const T a = *alpha, b = *beta;
    return Activation<T>([a, b](T x) {
      const T scaled = a * x;
      return scaled + b;
    });
  }
  if (name == "ScaledTanh" && alpha && beta) {
    const T a = *alpha, b = *beta;
    return Activation<T>([a, b](T x) { return a * TanhOf(b * x); });
  }
  return absl::InvalidArgumentError(absl::StrCat("expected a known activation, found ", name));
}

// What the three operators share. Directions run one after the other: forward, then reverse.
struct Layer {
  int64_t length, batch, inputs, hidden, directions;
  bool reverse = false;  // the only direction is
  bool batch_first = false;
  std::vector<int64_t> lengths;  // of each sample
  float clip = 0;                // none where 0
};

absl::StatusOr<Layer> ReadLayer(const Attributes& attributes, Operands operands, int64_t gates) {
  const Tensor &x = operands[0]->tensor, &w = operands[1]->tensor, &r = operands[2]->tensor;
  Layer layer{};
  QCOMPILE_ASSIGN_OR_RETURN(const std::string direction,
                            StringAttribute(attributes, "direction", "forward"));
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional") {
    return absl::InvalidArgumentError(
        absl::StrCat("expected direction forward, reverse or bidirectional, found ", direction));
  }
  layer.directions = direction == "bidirectional" ? 2 : 1;
  layer.reverse = direction == "reverse";
  QCOMPILE_ASSIGN_OR_RETURN(layer.batch_first, BoolAttribute(attributes, "layout", false));
  QCOMPILE_ASSIGN_OR_RETURN(layer.clip, FloatAttribute(attributes, "clip", 0));
  if (x.rank() != 3 || w.rank() != 3 || r.rank() != 3) {
    return absl::InvalidArgumentError("expected an operand and weights of three dimensions");
  }
  layer.length = x.shape()[layer.batch_first ? 1 : 0];
  layer.batch = x.shape()[layer.batch_first ? 0 : 1];
  layer.inputs = x.shape()[2];
  layer.hidden = r.shape()[2];
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t hidden,
                            IntAttribute(attributes, "hidden_size", layer.hidden));
  if (hidden != layer.hidden) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected hidden_size ", layer.hidden, " as the weights say, found ", hidden));
  }
  const Shape w_shape{layer.directions, gates * hidden, layer.inputs};
  const Shape r_shape{layer.directions, gates * hidden, hidden};
  if (w.shape() != w_shape || r.shape() != r_shape) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected weights of shapes ", ShapeToString(w_shape), " and ", ShapeToString(r_shape),
        ", found ", ShapeToString(w.shape()), " and ", ShapeToString(r.shape())));
  }
  layer.lengths.assign(static_cast<size_t>(layer.batch), layer.length);
  if (const Value* operand = OptionalOperand(operands, 4)) {
    QCOMPILE_ASSIGN_OR_RETURN(layer.lengths, IntegerList(*operand, "the lengths"));
    for (int64_t length : layer.lengths) {
      if (length < 0 || length > layer.length) layer.lengths.clear();
      if (layer.lengths.empty()) break;
    }
    if (static_cast<int64_t>(layer.lengths.size()) != layer.batch) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected ", layer.batch, " lengths from 0 to ", layer.length));
    }
  }
  return layer;
}

// An optional operand as numbers, or zeros.
template <typename T>
absl::StatusOr<Vector<T>> ReadOptional(Operands operands, size_t i, int64_t size,
                                       absl::string_view what) {
  const Value* operand = OptionalOperand(operands, i);
  if (operand == nullptr) return Vector<T>(static_cast<size_t>(size), T(0));
  QCOMPILE_RETURN_IF_ERROR(CheckType(operand->tensor, operands[0]->tensor.type(), what));
  if (operand->tensor.size() != size) {
    return absl::InvalidArgumentError(absl::StrCat("expected ", size, " elements for ", what,
                                                   ", found shape ",
                                                   ShapeToString(operand->tensor.shape())));
  }
  return ToNumbers<T>(operand->tensor);
}

// The weights of one direction: rows of gate g from g * hidden on.
template <typename T>
struct Weights {
  const T* w;
  const T* r;
  const T* bias;  // of w, then of r
  const T* peephole;
  int64_t inputs, hidden, gates;

  // w_g x + r_g h + wb_g + rb_g without the terms that are not asked for.
  T Sum(int64_t gate, int64_t unit, const T* x, const T* h) const {
    const int64_t row = gate * hidden + unit;
    return Input(row, x) + Recurrent(row, h) + bias[row] + bias[gates * hidden + row];
  }
  T Input(int64_t row, const T* x) const { return Product(w + row * inputs, x, inputs); }
  T Recurrent(int64_t row, const T* h) const { return Product(r + row * hidden, h, hidden); }

 private:
  static T Product(const T* a, const T* b, int64_t n) {
    T sum = 0;
    for (int64_t i = 0; i < n; ++i) {
      const T product = a[i] * b[i];
      sum += product;
    }
    return sum;
  }
};

template <typename T>
T Clipped(T x, float clip) {
  return clip > 0 ? std::min(std::max(x, T(-clip)), T(clip)) : x;
}

// One step of one sample: the new hidden state (and cell) from the old ones.
template <typename T>
struct Cell {
  std::vector<Activation<T>> activations;
  float clip;
  bool flag;  // linear_before_reset of GRU, input_forget of LSTM

  T Act(size_t i, T x) const { return activations[i](Clipped(x, clip)); }
};

template <typename T>
void StepRnn(const Weights<T>& weights, const Cell<T>& cell, const T* x, Vector<T>& h, Vector<T>&) {
  const Vector<T> old = h;
  for (int64_t u = 0; u < weights.hidden; ++u) {
    h[static_cast<size_t>(u)] = cell.Act(0, weights.Sum(0, u, x, old.data()));
  }
}

// Gates: update z, reset r, hidden h.
template <typename T>
void StepGru(const Weights<T>& weights, const Cell<T>& cell, const T* x, Vector<T>& h, Vector<T>&) {
  const int64_t n = weights.hidden;
  const Vector<T> old = h;
  Vector<T> z(old.size()), r(old.size()), reset(old.size());
  for (int64_t u = 0; u < n; ++u) {
    const auto i = static_cast<size_t>(u);
    z[i] = cell.Act(0, weights.Sum(0, u, x, old.data()));
    r[i] = cell.Act(0, weights.Sum(1, u, x, old.data()));
    reset[i] = r[i] * old[i];
  }
  for (int64_t u = 0; u < n; ++u) {
    const auto i = static_cast<size_t>(u);
    const int64_t row = 2 * n + u;
    const T w_bias = weights.bias[row], r_bias = weights.bias[3 * n + row];
    T sum = weights.Input(row, x);
    if (cell.flag) {
      const T linear = weights.Recurrent(row, old.data()) + r_bias;
      sum = sum + r[i] * linear + w_bias;
    } else {
      sum = sum + weights.Recurrent(row, reset.data()) + r_bias + w_bias;
    }
    const T hidden = cell.Act(1, sum);
    h[i] = (T(1) - z[i]) * hidden + z[i] * old[i];
  }
}

// Gates: input i, output o, forget f, cell c. Peepholes: i, o, f.
template <typename T>
void StepLstm(const Weights<T>& weights, const Cell<T>& cell, const T* x, Vector<T>& h,
              Vector<T>& c) {
  const int64_t n = weights.hidden;
  const Vector<T> old = h;
  for (int64_t u = 0; u < n; ++u) {
    const auto i = static_cast<size_t>(u);
    const T* p = weights.peephole;
    const T in = cell.Act(0, weights.Sum(0, u, x, old.data()) + p[u] * c[i]);
    const T forget =
        cell.flag ? T(1) - in : cell.Act(0, weights.Sum(2, u, x, old.data()) + p[2 * n + u] * c[i]);
    const T candidate = cell.Act(1, weights.Sum(3, u, x, old.data()));
    const T next = forget * c[i] + in * candidate;
    const T out = cell.Act(0, weights.Sum(1, u, x, old.data()) + p[n + u] * next);
    c[i] = next;
    h[i] = out * cell.Act(2, next);
  }
}

template <typename T>
using Step = void (*)(const Weights<T>&, const Cell<T>&, const T*, Vector<T>&, Vector<T>&);

// What tells the operators apart.
struct Kind {
  int64_t gates;
  std::vector<std::string> activations;  // by default
  const char* flag;
};

template <typename T>
absl::StatusOr<Cell<T>> MakeCell(const Attributes& attributes, const Kind& kind, const Layer& layer,
                                 int64_t direction) {
  const size_t count = kind.activations.size();
  const size_t first = static_cast<size_t>(direction) * count;
  const auto* names = attributes.Find<std::vector<std::string>>("activations");
  const auto* alphas = attributes.Find<std::vector<float>>("activation_alpha");
  const auto* betas = attributes.Find<std::vector<float>>("activation_beta");
  if (names && names->size() != count * static_cast<size_t>(layer.directions)) {
    return absl::InvalidArgumentError(absl::StrCat("expected ", count,
                                                   " activations per direction"
                                                   ", found ",
                                                   names->size()));
  }
  Cell<T> cell{{}, layer.clip, false};
  QCOMPILE_ASSIGN_OR_RETURN(cell.flag, BoolAttribute(attributes, kind.flag, false));
  auto at = [](const std::vector<float>* list, size_t i) {
    return list && i < list->size() ? std::optional<float>((*list)[i]) : std::nullopt;
  };
  for (size_t i = 0; i < count; ++i) {
    QCOMPILE_ASSIGN_OR_RETURN(Activation<T> activation,
                              MakeActivation<T>(names ? (*names)[first + i] : kind.activations[i],
                                                at(alphas, first + i), at(betas, first + i)));
    cell.activations.push_back(std::move(activation));
  }
  return cell;
}

// [directions, batch, hidden], or batch first.
template <typename T>
struct States {
  Vector<T> values;
  const Layer& layer;
  T* At(int64_t direction, int64_t sample) {
    const int64_t row = layer.batch_first ? sample * layer.directions + direction
                                          : direction * layer.batch + sample;
    return values.data() + row * layer.hidden;
  }
  Shape shape() const {
    return layer.batch_first ? Shape{layer.batch, layer.directions, layer.hidden}
                             : Shape{layer.directions, layer.batch, layer.hidden};
  }
};

template <typename T>
Results Run(const Attributes& attributes, Operands operands, const Kind& kind, Step<T> step) {
  QCOMPILE_ASSIGN_OR_RETURN(const Layer layer, ReadLayer(attributes, operands, kind.gates));
  const DataType type = operands[0]->tensor.type();
  const int64_t n = layer.hidden, states = layer.directions * layer.batch * n;
  for (size_t i : {1, 2}) {
    QCOMPILE_RETURN_IF_ERROR(CheckType(operands[i]->tensor, type, "weights"));
  }
  const Vector<T> x = ToNumbers<T>(operands[0]->tensor), w = ToNumbers<T>(operands[1]->tensor),
                  r = ToNumbers<T>(operands[2]->tensor);
  QCOMPILE_ASSIGN_OR_RETURN(
      const Vector<T> bias,
      ReadOptional<T>(operands, 3, layer.directions * 2 * kind.gates * n, "the bias"));
  States<T> hidden{{}, layer}, cells{{}, layer};
  QCOMPILE_ASSIGN_OR_RETURN(hidden.values,
                            ReadOptional<T>(operands, 5, states, "the initial state"));
  QCOMPILE_ASSIGN_OR_RETURN(cells.values, ReadOptional<T>(operands, 6, states, "the initial cell"));
  QCOMPILE_ASSIGN_OR_RETURN(const Vector<T> peepholes,
                            ReadOptional<T>(operands, 7, layer.directions * 3 * n, "peepholes"));
  Shape shape{layer.length, layer.directions, layer.batch, n};
  if (layer.batch_first) shape = {layer.batch, layer.length, layer.directions, n};
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(shape));
  Vector<T> y(static_cast<size_t>(size), T(0));

  for (int64_t d = 0; d < layer.directions; ++d) {
    QCOMPILE_ASSIGN_OR_RETURN(const Cell<T> cell, MakeCell<T>(attributes, kind, layer, d));
    const Weights<T> weights{w.data() + d * kind.gates * n * layer.inputs,
                             r.data() + d * kind.gates * n * n,
                             bias.data() + d * 2 * kind.gates * n,
                             peepholes.data() + d * 3 * n,
                             layer.inputs,
                             n,
                             kind.gates};
    const bool backwards = layer.reverse || d == 1;
    for (int64_t b = 0; b < layer.batch; ++b) {
      Vector<T> h(hidden.At(d, b), hidden.At(d, b) + n), c(cells.At(d, b), cells.At(d, b) + n);
      const int64_t length = layer.lengths[static_cast<size_t>(b)];
      for (int64_t i = 0; i < length; ++i) {
        const int64_t t = backwards ? length - 1 - i : i;
        const int64_t row = layer.batch_first ? b * layer.length + t : t * layer.batch + b;
        step(weights, cell, x.data() + row * layer.inputs, h, c);
        const int64_t to = layer.batch_first ? (row * layer.directions + d)
                                             : (t * layer.directions + d) * layer.batch + b;
        std::copy(h.begin(), h.end(), y.begin() + to * n);
      }
      std::copy(h.begin(), h.end(), hidden.At(d, b));
      std::copy(c.begin(), c.end(), cells.At(d, b));
    }
  }
  std::vector<Value> results;
  for (const auto& [dims, values] :
       {std::pair(shape, &y), std::pair(hidden.shape(), &hidden.values),
        std::pair(cells.shape(), &cells.values)}) {
    QCOMPILE_ASSIGN_OR_RETURN(Tensor tensor, FromNumbers(type, dims, *values));
    results.emplace_back(std::move(tensor));
  }
  return results;
}

Results Recurrent(const Attributes& attributes, Operands operands, size_t maximum, const Kind& kind,
                  Step<float> step, Step<double> double_step) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 3, maximum));
  const DataType type = operands[0]->tensor.type();
  if (type == DataType::Float64()) return Run<double>(attributes, operands, kind, double_step);
  if (type.IsFloat()) return Run<float>(attributes, operands, kind, step);
  return absl::InvalidArgumentError(
      absl::StrCat("expected an operand of a float type, found ", type.ToString()));
}

Results Rnn(const Attributes& attributes, Operands operands) {
  return Recurrent(attributes, operands, 6, {1, {"Tanh"}, "no_flag"}, StepRnn<float>,
                   StepRnn<double>);
}
Results Gru(const Attributes& attributes, Operands operands) {
  return Recurrent(attributes, operands, 6, {3, {"Sigmoid", "Tanh"}, "linear_before_reset"},
                   StepGru<float>, StepGru<double>);
}
Results Lstm(const Attributes& attributes, Operands operands) {
  return Recurrent(attributes, operands, 8, {4, {"Sigmoid", "Tanh", "Tanh"}, "input_forget"},
                   StepLstm<float>, StepLstm<double>);
}

}  // namespace

void RegisterRecurrent(ReferenceTable& table) {
  table["onnx.GRU"] = Gru;
  table["onnx.LSTM"] = Lstm;
  table["onnx.RNN"] = Rnn;
}

}  // namespace qcompile::runtime
