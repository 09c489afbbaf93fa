//===- EncodingDialect.td - How weights are stored ---------*- tablegen -*-===//
//
// Numbers in brackets (C1, ...) are the constraints of docs/Encodings.md.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_DIALECTS_ENCODING_ENCODINGDIALECT
#define QCOMPILE_DIALECTS_ENCODING_ENCODINGDIALECT

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"

def Encoding_Dialect : Dialect {
  let name = "encoding";
  let cppNamespace = "::qcompile::encoding";
  let summary = "structures of weights, and the encodings that store them";
  let description = [{
    Attributes that say which structure a constant of weights has, and by that how few bits store it exactly.
    docs/Encodings.md defines every structure, its constraints and its bits.
  }];
  let dependentDialects = ["::qcompile::data::DataDialect"];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    /// The pairs of a constant and an encoding that have been found to fit; both are unique in a context and never change.
    HeldEncodings &getHeld() { return *held; }
  private:
    std::shared_ptr<HeldEncodings> held;
  public:
  }];
}

def Encoding_EncodingAttr : AttrInterface<"EncodingAttr"> {
  let cppNamespace = "::qcompile::encoding";
  let description = [{
    A structure of weights seen as a matrix [outputs, K]: the first `rows` dimensions of `order` are the outputs, the
    others, in this order, the accumulated direction. `order` is a permutation of the dimensions of `shape`, under which the
    weights are seen, or, where that is empty, of the weights' own.
  }];
  let methods = [
    InterfaceMethod<"The name of the encoding, as printed.", "::llvm::StringRef", "getEncodingName">,
    InterfaceMethod<"See above.", "::llvm::ArrayRef<int64_t>", "getOrder">,
    InterfaceMethod<"See above.", "int64_t", "getRows">,
    InterfaceMethod<"See above.", "::llvm::ArrayRef<int64_t>", "getShape">,
    InterfaceMethod<"The same structure of weights that are arranged otherwise.",
      "::qcompile::encoding::EncodingAttr", "withOrder",
      (ins "::llvm::ArrayRef<int64_t>":$order, "::llvm::ArrayRef<int64_t>":$shape)>,
    InterfaceMethod<[{
      Whether the elements have the structure: integer codes, or floats (of which only zeros and equality count; a basis of
      integers says nothing of floats). The message names the first element where they do not.
    }], "::absl::Status", "checkElements", (ins "const ::qcompile::runtime::Tensor &":$tensor)>,
    InterfaceMethod<"The bits that encode() writes, before it fills whole bytes. The codes have the structure.",
      "int64_t", "countBits", (ins "const ::qcompile::runtime::Tensor &":$codes)>,
    InterfaceMethod<"The stored form of integer codes; fails where they do not have the structure.",
      "::absl::StatusOr<std::vector<uint8_t>>", "encode",
      (ins "const ::qcompile::runtime::Tensor &":$codes)>,
    InterfaceMethod<"The codes of that type and shape from a stored form, which may be any bytes.",
      "::absl::StatusOr<::qcompile::runtime::Tensor>", "decode",
      (ins "::qcompile::runtime::DataType":$type, "const ::qcompile::runtime::Shape &":$shape,
           "::llvm::ArrayRef<uint8_t>":$bytes)>,
  ];
}

class Encoding_Attr<string name, string mnemonicName, list<Trait> traits = []>
    : AttrDef<Encoding_Dialect, name, !listconcat(traits, [
        DeclareAttrInterfaceMethods<Encoding_EncodingAttr,
          ["getEncodingName", "withOrder", "checkElements", "countBits", "encode", "decode"]>])> {
  let mnemonic = mnemonicName;
  let genVerifyDecl = 1;
  let skipDefaultBuilders = 1;
}

def Encoding_NmAttr : Encoding_Attr<"Nm", "n_m"> {
  let summary = "at most n codes other than zero among m adjacent ones of an output";
  let description = [{
    C1: `order` and `rows` fit the shape. C2: 1 <= n < m. C3: every group of m codes along an output, the last one
    possibly shorter, has at most n other than zero; the type of the codes has a zero.
  }];
  let parameters = (ins "int64_t":$n, "int64_t":$m, ArrayRefParameter<"int64_t">:$order,
                        "int64_t":$rows, OptionalArrayRefParameter<"int64_t">:$shape);
  let builders = [AttrBuilder<(ins "int64_t":$n, "int64_t":$m,
      "::llvm::ArrayRef<int64_t>":$order, "int64_t":$rows,
      CArg<"::llvm::ArrayRef<int64_t>", "{}">:$shape), "return $_get($_ctxt, n, m, order, rows, shape);">];
  let assemblyFormat = [{
    `<` `n` `=` $n `,` `m` `=` $m `,` `order` `=` `[` $order `]` `,` `rows` `=` $rows
    (`,` `shape` `=` `[` $shape^ `]`)? `>`
  }];
}

def Encoding_CooAttr : Encoding_Attr<"Coo", "coo"> {
  let summary = "codes other than zero, each with its position";
  let description = [{
    C1: `order` and `rows` fit the shape. C3: the type of the codes has a zero.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$order, "int64_t":$rows,
                        OptionalArrayRefParameter<"int64_t">:$shape);
  let builders = [AttrBuilder<(ins "::llvm::ArrayRef<int64_t>":$order, "int64_t":$rows,
      CArg<"::llvm::ArrayRef<int64_t>", "{}">:$shape), "return $_get($_ctxt, order, rows, shape);">];
  let assemblyFormat = [{
    `<` `order` `=` `[` $order `]` `,` `rows` `=` $rows (`,` `shape` `=` `[` $shape^ `]`)? `>`
  }];
}

def Encoding_RunLengthAttr : Encoding_Attr<"RunLength", "run_length"> {
  let summary = "codes other than zero, each with the number of zeros before it";
  let description = [{
    C1: `order` and `rows` fit the shape. C2: 1 <= gap_bits <= 16. C3: the type of the codes has a zero.
  }];
  let parameters = (ins "int64_t":$gap_bits, ArrayRefParameter<"int64_t">:$order, "int64_t":$rows,
                        OptionalArrayRefParameter<"int64_t">:$shape);
  let builders = [AttrBuilder<(ins "int64_t":$gap_bits, "::llvm::ArrayRef<int64_t>":$order,
      "int64_t":$rows, CArg<"::llvm::ArrayRef<int64_t>", "{}">:$shape),
      "return $_get($_ctxt, gap_bits, order, rows, shape);">];
  let assemblyFormat = [{
    `<` `gap_bits` `=` $gap_bits `,` `order` `=` `[` $order `]` `,` `rows` `=` $rows
    (`,` `shape` `=` `[` $shape^ `]`)? `>`
  }];
}

def Encoding_CirculantAttr : Encoding_Attr<"Circulant", "circulant"> {
  let summary = "blocks whose diagonals are constant, also around the border";
  let description = [{
    `W_ij[r, c] = w_ij[(r - c) mod block]`; the last block of an extent that `block` does not divide is cut to the matrix.
    C1: `order` and `rows` fit the shape. C2: 1 <= block, not above the larger extent of the matrix. C3: elements
    of one diagonal are equal.
  }];
  let parameters = (ins "int64_t":$block, ArrayRefParameter<"int64_t">:$order, "int64_t":$rows,
                        OptionalArrayRefParameter<"int64_t">:$shape);
  let builders = [AttrBuilder<(ins "int64_t":$block, "::llvm::ArrayRef<int64_t>":$order,
      "int64_t":$rows, CArg<"::llvm::ArrayRef<int64_t>", "{}">:$shape),
      "return $_get($_ctxt, block, order, rows, shape);">];
  let assemblyFormat = [{
    `<` `block` `=` $block `,` `order` `=` `[` $order `]` `,` `rows` `=` $rows
    (`,` `shape` `=` `[` $shape^ `]`)? `>`
  }];
}

def Encoding_BasisAttr : Encoding_Attr<"Basis", "basis"> {
  let summary = "coefficients that are powers of two, times a small basis";
  let description = [{
    `row[o, v * n + j] = sum over i of coefficients[o, v, i] * basis[o, v / length, i, j]`, what lies behind K is not there.
    C1: `order` and `rows` fit the shape. C2: coefficients [outputs, ceil(K / n), n] are 0 or +-2^e, 0 <= e < levels,
    1 <= levels <= 15; bases [outputs, blocks, n, n] have `basis_bits` (2 to 16) bits, one per `length` vectors,
    `blocks = ceil(ceil(K / n) / length)`; 1 <= n <= 64. C3: the elements are that sum. On float weights the bases may be f32; the sum
    is rounded once then.
  }];
  let parameters = (ins "int64_t":$levels, "int64_t":$basis_bits, "int64_t":$length,
                        "::qcompile::data::ConstantAttr":$coefficients,
                        "::qcompile::data::ConstantAttr":$basis, ArrayRefParameter<"int64_t">:$order,
                        "int64_t":$rows, OptionalArrayRefParameter<"int64_t">:$shape);
  let builders = [AttrBuilder<(ins "int64_t":$levels, "int64_t":$basis_bits, "int64_t":$length,
      "::qcompile::data::ConstantAttr":$coefficients, "::qcompile::data::ConstantAttr":$basis,
      "::llvm::ArrayRef<int64_t>":$order, "int64_t":$rows,
      CArg<"::llvm::ArrayRef<int64_t>", "{}">:$shape),
      "return $_get($_ctxt, levels, basis_bits, length, coefficients, basis, order, rows, shape);">];
  let assemblyFormat = [{
    `<` `levels` `=` $levels `,` `basis_bits` `=` $basis_bits `,` `length` `=` $length `,`
    `coefficients` `=` $coefficients `,` `basis` `=` $basis `,` `order` `=` `[` $order `]` `,`
    `rows` `=` $rows (`,` `shape` `=` `[` $shape^ `]`)? `>`
  }];
}

#endif // QCOMPILE_DIALECTS_ENCODING_ENCODINGDIALECT
