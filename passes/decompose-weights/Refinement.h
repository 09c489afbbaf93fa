//===- Refinement.h - Factors that suit a layer's inputs --------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_DECOMPOSEWEIGHTS_REFINEMENT_H
#define QCOMPILE_PASSES_DECOMPOSEWEIGHTS_REFINEMENT_H

#include "passes/decompose-weights/Decomposition.h"

namespace qcompile::decomposition {

/// Lowers the output error d H dᵀ (d: target minus rebuilt weights) of one output's factors, H [K, K] the second
/// moments of its inputs: bases by weighted least squares, coefficients one after the other (coordinate descent over 0
/// and the powers of two), both in turn. Holds references to `settings`, `target` and `moments`.
class Refinement {
public:
  Refinement(const Settings &settings, const Vector &target, const Matrix &moments, Factors factors);

  /// d H dᵀ as it is now.
  double getError() const { return difference.dot(gradient); }
  const Factors &get() const { return factors; }

  /// Every basis at its optimum given all else, as real numbers: n² normal equations Mᵀ H M each.
  void fitBases();
  /// Every coefficient at its optimum given all others, once, where one other than 0 costs `price` besides its error;
  /// an infinite price: zeros stay, and only they. True where one has changed.
  bool sweepCoefficients(double price);
  /// The growth of the error where one coefficient becomes 0, [vectors, n]; 0 for those that are.
  Matrix getCostOfZero() const;
  void setZero(int64_t vector, int64_t index) { changeCoefficient(vector, index, 0); }

  /// Bases become integers, one after the other with errors spread over those still free; the scale is set.
  void roundBases();
  /// Every element of an integer basis at its optimum given all others, once. True where one has changed.
  bool sweepBases();
  /// The scale at its optimum, a float32 number.
  void fitScale();

private:
  int64_t width(int64_t vector) const; ///< weights of a vector that the matrix has
  /// M: column i n + j is what the weights gain per unit of element (i, j) of a block's basis. [K, n²].
  Matrix getDerivative(int64_t block) const;
  Matrix getImage(int64_t block) const; ///< H M
  void changeCoefficient(int64_t vector, int64_t index, double value);
  void moveWeights(const Vector &change);
  double limit() const; ///< of an integer basis element

  const Settings &settings;
  const Vector &target;
  const Matrix &moments;
  Factors factors;
  Vector difference; ///< rebuilt weights minus target, [K]
  Vector gradient;   ///< H difference
};

/// Brings the factors of all outputs, each with its own target (a row of `targets`) and moments, to `settings.density`
/// over all of them together, by what costs the least output error, and refines them to integers. `moments[o]` belongs
/// to output o.
std::vector<Factors> refine(const Settings &settings, const Matrix &targets, const std::vector<const Matrix *> &moments,
                            std::vector<Factors> factors);

} // namespace qcompile::decomposition

#endif // QCOMPILE_PASSES_DECOMPOSEWEIGHTS_REFINEMENT_H
