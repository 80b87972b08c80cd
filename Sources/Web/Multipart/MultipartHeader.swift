/// What the header of a part says.
struct MultipartHeader: Equatable {
    var name: String
    var filename: String?
    var contentType: String?

    /// Reads the header of the part numbered `part`, its closing empty line included.
    init(parsing bytes: [UInt8], part: Int) throws(MultipartError) {
        guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
            throw .badCharacters(part: part)
        }
        var disposition: MultipartParameters?
        for line in try Self.lines(of: bytes, part: part) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0,
                line[..<colon].allSatisfy(MultipartParameters.isTokenByte)
            else { throw .malformedHeader(part: part) }
            let value = line[(colon + 1)...]
            switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
            case "content-disposition":
                guard disposition == nil else { throw .malformedHeader(part: part) }
                disposition = try Self.parameters(of: value, part: part)
            case "content-type":
                guard contentType == nil else { throw .malformedHeader(part: part) }
                let type = MultipartParameters.trimmed(value)
                guard type.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                    throw .badCharacters(part: part)
                }
                contentType = String(decoding: type, as: UTF8.self)
            case "content-transfer-encoding":
                let encoding = String(decoding: MultipartParameters.trimmed(value), as: UTF8.self)
                guard ["7bit", "8bit", "binary"].contains(encoding.lowercased()) else {
                    throw .encodedPart(part: part)
                }
            default: continue
            }
        }
        guard let disposition, disposition.value == "form-data", let name = disposition["name"],
            !name.isEmpty
        else { throw .noName(part: part) }
        self.name = MultipartFilename.unescaped(name)
        guard !self.name.unicodeScalars.contains(where: MultipartFilename.isControl) else {
            throw .badCharacters(part: part)
        }
        filename = try Self.filename(in: disposition, part: part)
    }

    private static func filename(
        in disposition: MultipartParameters, part: Int
    ) throws(MultipartError) -> String? {
        if let extended = disposition["filename*"] {
            guard let decoded = MultipartFilename.decodedExtended(extended) else {
                throw .badCharacters(part: part)
            }
            return MultipartFilename.stripped(decoded)
        }
        return disposition["filename"].map { MultipartFilename.stripped(MultipartFilename.unescaped($0)) }
    }

    private static func parameters(
        of value: ArraySlice<UInt8>, part: Int
    ) throws(MultipartError) -> MultipartParameters {
        do {
            return try MultipartParameters(parsing: value)
        } catch {
            throw .malformedHeader(part: part)
        }
    }

    /// The lines of a header, a folded one joined.
    private static func lines(of bytes: [UInt8], part: Int) throws(MultipartError) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for piece in bytes.split(separator: 0x0A) {
            guard piece.last == 0x0D, !piece.dropLast().contains(0x0D) else {
                throw .badCharacters(part: part)
            }
            let line = piece.dropLast()
            guard let first = line.first else { continue }
            if first != 0x20 && first != 0x09 {
                lines.append(Array(line))
            } else {
                guard let last = lines.indices.last else { throw .malformedHeader(part: part) }
                lines[last] += line
            }
        }
        return lines
    }
}
