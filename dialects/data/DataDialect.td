//===- DataDialect.td - Constants of any element type -------*- tablegen -*-===//
#ifndef QCOMPILE_DIALECTS_DATA_DATADIALECT
#define QCOMPILE_DIALECTS_DATA_DATADIALECT

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpBase.td"

def Data_Dialect : Dialect {
  let name = "data";
  let cppNamespace = "::qcompile::data";
  let summary = "constant tensors, held once and named after their initializer";
  let description = [{
    MLIR's own holders do not fit: dense elements spend a byte per sub-byte element and take no
    custom element types, and a dense resource accepts a blob of the wrong size. Here the bytes of
    a constant live in a store of the context (`ConstantStore`): mapped from an external file,
    taken over from a parsed message, or computed.
  }];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    /// The constants of this context.
    ConstantStore &getStore() { return *store; }
  private:
    std::unique_ptr<ConstantStore> store;
  public:
  }];
}

def Data_ElementTypeInterface : TypeInterface<"ElementTypeInterface"> {
  let cppNamespace = "::qcompile::data";
  let description = [{
    Implemented by element types of other dialects that constants may have.
  }];
  let methods = [
    InterfaceMethod<"The runtime's element type.", "::qcompile::runtime::DataType", "getDataType">,
  ];
}

def Data_ConstantAttr : AttrDef<Data_Dialect, "Constant", [TypedAttrInterface]> {
  let mnemonic = "constant";
  let summary = "a named constant tensor";
  let description = [{
    `#data.constant<"fc1.weight" : tensor<64x784xf32>>` names an entry of the context's store; its
    bytes travel in a side file. Constants of at most 16 elements are written out:
    `#data.constant<"zero", [0, 1, -1] : tensor<3xsi4>>`.

    Storage: elements in row-major order, little endian. Types of 1, 2 and 4 bits are packed, the first
    element in the lowest bits of the first byte, the last byte filled with zero bits; other widths
    take the smallest of 1, 2, 4, 8 bytes that holds them. `i1` takes a byte (0 or 1). A bipolar
    element takes one bit: 0 for -1, 1 for +1.

    The number of bytes must be exactly that of the type.
  }];
  let parameters = (ins AttributeSelfTypeParameter<"", "::mlir::RankedTensorType">:$type,
                        "const ConstantEntry *":$entry);
  let hasCustomAssemblyFormat = 1;
  let skipDefaultBuilders = 1;
  let extraClassDeclaration = [{
    /// A constant with the given elements. The name is made unique by a suffix where another constant
    /// of the context has it with other bytes.
    static ConstantAttr get(::mlir::MLIRContext *context, ::llvm::StringRef name,
                            const ::qcompile::runtime::Tensor &tensor);
    /// A constant that refers to `bytes` (in the storage form above), kept alive by `owner`.
    /// Returns null, with the reason in `error`, where the size does not fit the type.
    static ConstantAttr getFromStorage(::mlir::RankedTensorType type, ::llvm::StringRef name,
                                       ::llvm::ArrayRef<uint8_t> bytes,
                                       std::shared_ptr<const void> owner, std::string &error);

    ::llvm::StringRef getName() const;
    /// The elements in their storage form.
    ::llvm::ArrayRef<uint8_t> getBytes() const;
    /// The elements; borrowed from the store where the storage form permits.
    ::qcompile::runtime::Tensor getTensor() const;
    /// The number of elements.
    int64_t size() const { return getType().getNumElements(); }
  }];
}

#endif // QCOMPILE_DIALECTS_DATA_DATADIALECT
