/// Why a body is not form data that can be read.
package enum MultipartError: Error, Hashable, Sendable {
    /// The content type is something else than form data.
    case notFormData
    /// The content type names no boundary, two of them, or one that is not allowed.
    case badBoundary
    /// The boundary never appears in the body.
    case missingBoundary
    /// The body ends before its closing boundary.
    case truncated
    /// There are more parts than `limit`.
    case tooManyParts(limit: Int)
    /// The header of a part has more bytes than `limit`.
    case headerTooLong(part: Int, limit: Int)
    /// A header holds bytes that may not stand there.
    case badCharacters(part: Int)
    /// A header does not follow its grammar.
    case malformedHeader(part: Int)
    /// A part does not say which field it is.
    case noName(part: Int)
    /// A part is encoded in a way that form data no longer uses.
    case encodedPart(part: Int)
}

extension MultipartError: CustomStringConvertible {
    /// What is wrong, in a sentence.
    package var description: String {
        switch self {
        case .notFormData: "The content type is not multipart/form-data."
        case .badBoundary: "The content type does not name one valid boundary."
        case .missingBoundary: "The boundary named in the content type does not appear in the form data."
        case .truncated: "The form data is cut off: its closing boundary is missing."
        case .tooManyParts(let limit): "The form data has more than \(limit) parts."
        case .headerTooLong(let part, let limit):
            "The header of part \(part) of the form data is longer than \(limit) bytes."
        case .badCharacters(let part):
            "The header of part \(part) of the form data holds characters that are not allowed there."
        case .malformedHeader(let part): "The header of part \(part) of the form data cannot be understood."
        case .noName(let part): "Part \(part) of the form data has no field name."
        case .encodedPart(let part):
            "Part \(part) of the form data has a transfer encoding; send its bytes as they are."
        }
    }
}
