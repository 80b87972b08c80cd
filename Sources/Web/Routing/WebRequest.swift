package import Diagnosis
package import Domain
package import HTTPTypes
package import Hummingbird
import NIOCore

/// A request as handlers see it.
package struct WebRequest: Sendable {
    /// The method.
    package var method: HTTPRequest.Method
    /// The path without the query.
    package var path: String
    /// The host and port that the request was sent to.
    package var host: String
    /// The header fields.
    package var headers: HTTPFields
    /// What stood in the braces of the route's path.
    package var parameters: [String: String]
    /// The query, decoded; a name may stand more than once.
    package var query: [(name: String, value: String)]
    /// Where the request came from.
    package var address: String
    /// Names the request in logs and on error pages.
    package var id: String
    /// Marks the script of the page that answers this request as ours.
    package var nonce: String
    /// The body, not read yet.
    package var body: RequestBody
    /// When it came; what is read for its answer is no older.
    package var arrivedAt = ContinuousClock.now

    /// The first value of a query name; nil where it is missing or empty.
    package func query(_ name: String) -> String? {
        query.first { $0.name == name }.map(\.value).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What stood in the braces of this name.
    package func parameter(_ name: String) -> String { parameters[name] ?? "" }

    /// The path as the log has it: without the secrets that some links are made of.
    package var loggedPath: String {
        parameters.reduce(path) { path, parameter in
            guard ["token", "secret"].contains(parameter.key), !parameter.value.isEmpty else { return path }
            return path.replacing(parameter.value, with: "{\(parameter.key)}")
        }
    }

    /// The value of a cookie.
    package func cookie(_ name: String) -> String? {
        for field in headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, String(parts[0]).trimmingWhitespace == name else { continue }
                return String(parts[1]).trimmingWhitespace
            }
        }
        return nil
    }

    /// Whether the answer should be JSON rather than a page.
    package var wantsJSON: Bool {
        if path.hasPrefix("/api/") { return true }
        guard let accept = headers[.accept] else { return false }
        return accept.contains("application/json") && !accept.contains("text/html")
    }

    /// The media type of the body, in small letters and without parameters.
    package var contentType: String {
        let text = headers[.contentType] ?? ""
        return String(text.prefix { $0 != ";" }).trimmingWhitespace.lowercased()
    }

    /// The whole body, at most `limit` bytes.
    package func bytes(upTo limit: Int) async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw Self.tooLarge(limit)
        }
        try refuseCoding()
        var collected: [UInt8] = []
        do {
            for try await buffer in body {
                guard collected.count + buffer.readableBytes <= limit else { throw Self.tooLarge(limit) }
                collected += buffer.readableBytesView
            }
        } catch let error where !(error is Refusal) { throw Self.broken }
        return collected
    }

    /// What a request is refused with whose body breaks off or breaks its own framing.
    package static let broken = Refusal(
        .invalid, "body_broken", "The request ended before all of it was here. Send it again.")

    /// Refuses a body that is compressed: a few bytes could become any number.
    /// - Throws: `unsupported`, where the header Content-Encoding says anything but identity.
    package func refuseCoding() throws(Refusal) {
        guard let coding = headers[.contentEncoding], coding.lowercased() != "identity" else { return }
        throw Refusal(
            .unsupported, "unsupported_content_encoding",
            "A body in the coding “\(coding.prefix(40))” is not read. Send it as it is, without Content-Encoding."
        )
    }

    private static func tooLarge(_ limit: Int) -> Refusal {
        Refusal(
            .tooLarge, "body_too_large",
            "The request is larger than the \(limit / 1_000_000) MB that are taken at once.")
    }

    /// The most bytes of a form or JSON document.
    ///
    /// Texts have smaller limits of their own, which name the field.
    package static let inputLimit = 24_000_000

    /// The fields of the body: a form, a multipart form or a JSON object, as the Content-Type says.
    package func input() async throws -> RawInput {
        switch contentType {
        case "application/x-www-form-urlencoded": return try Self.form(await bytes(upTo: Self.inputLimit))
        case "multipart/form-data": return try await multipartForm()
        case "application/json": return try Self.json(await bytes(upTo: Self.inputLimit))
        case "":
            let bytes = try await bytes(upTo: Self.inputLimit)
            guard bytes.isEmpty else { throw Self.unsupported("") }
            return RawInput()
        default: throw Self.unsupported(contentType)
        }
    }

    private static func unsupported(_ type: String) -> Refusal {
        Refusal(
            .unsupported, "unsupported_media_type",
            "A body of type “\(type)” cannot be read here. Send application/json or a form.")
    }

    private static func json(_ bytes: [UInt8]) throws -> RawInput {
        var input = RawInput()
        let members = try object(bytes).members
        guard members.count <= maximumPairs else { throw tooManyFields }
        for member in members { input[member.key] = RawValue(member.value) }
        return input
    }

    /// The body as a JSON object with all its depth.
    package func object() async throws -> JSONObject { try Self.object(await bytes(upTo: Self.inputLimit)) }

    private static func object(_ bytes: [UInt8]) throws -> JSONObject {
        if bytes.isEmpty { return JSONObject() }
        do {
            let json = try JSON(parsing: bytes, limits: JSONLimits(depth: 16, bytes: inputLimit))
            guard case .object(let object) = json else {
                throw Refusal(.invalid, "not_an_object", "The body must be one JSON object.")
            }
            return object
        } catch let error as JSONSyntaxError {
            throw Refusal(
                .invalid, "malformed_json",
                "The body is not JSON: \(error.message) (line \(error.line), column \(error.column)).")
        }
    }

    private static func form(_ bytes: [UInt8]) throws -> RawInput {
        var input = RawInput()
        for (name, value) in try formPairs(bytes[...]) { input.add(value, to: name) }
        return input
    }

    private func multipartForm() async throws -> RawInput {
        var input = RawInput()
        var name: String?
        var value: [UInt8] = []
        var total = 0
        try refuseCoding()
        do {
            let boundary = try MultipartReader.boundary(fromContentType: headers[.contentType] ?? "")
            var reader = MultipartReader(boundary: boundary, limits: MultipartLimits())
            for try await buffer in body {
                total += buffer.readableBytes
                guard total <= Self.inputLimit else { throw Self.tooLarge(Self.inputLimit) }
                try buffer.withUnsafeReadableBytes { bytes in
                    try reader.feed(bytes) { event in
                        switch event {
                        case .part(let partName, let filename, _):
                            guard filename == nil else {
                                throw Refusal(field: partName, "file_not_taken", "No file is taken here.")
                            }
                            (name, value) = (partName, [])
                        case .body(let bytes): value += bytes
                        case .end:
                            if let name {
                                guard let text = validText(value[...]) else { throw Self.invalidUTF8(name) }
                                input.add(text, to: name)
                            }
                        }
                    }
                }
            }
            try reader.finish()
        } catch let error as MultipartError {
            throw Refusal(.invalid, "malformed_form", "The form could not be read: \(error)")
        } catch let error where !(error is Refusal) { throw Self.broken }
        return input
    }

    static func invalidUTF8(_ name: String) -> Refusal {
        Refusal(
            field: name, "invalid_utf8", "“\(name)” holds bytes that are not UTF-8 text. Send it as UTF-8.")
    }

    private static let maximumPairs = 2000
    private static let tooManyFields = Refusal(
        .invalid, "too_many_fields", "At most \(maximumPairs) fields are read at once.")

    /// The pairs of a query or form, percent-decoded.
    /// - Throws: a refusal that names the field with bytes that are not UTF-8.
    package static func formPairs(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> [(
        name: String, value: String
    )] {
        var pairs: [(name: String, value: String)] = []
        for pair in bytes.split(separator: UInt8(ascii: "&"), maxSplits: maximumPairs) {
            guard pairs.count < maximumPairs else {
                throw tooManyFields
            }
            let parts = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = validText(percentDecoded(parts[0])[...]) else {
                throw Refusal(.invalid, "invalid_utf8", "The name of a field is not UTF-8 text.")
            }
            guard let value = validText(parts.count == 2 ? percentDecoded(parts[1])[...] : []) else {
                throw invalidUTF8(name)
            }
            pairs.append((name, value))
        }
        return pairs
    }
}

extension RawInput {
    /// Adds a value; a second one of the same name makes a list.
    package mutating func add(_ text: String, to name: String) {
        // The old value is taken out first, so that a long list grows in place and is not copied each time.
        switch values.removeValue(forKey: name) ?? .missing {
        case .missing: self[name] = .text(text)
        case .list(var list):
            list.append(.text(text))
            self[name] = .list(list)
        case let first: self[name] = .list([first, .text(text)])
        }
    }
}

/// The bytes as text; nil where they are not UTF-8.
package func validText(_ bytes: ArraySlice<UInt8>) -> String? { String(validating: bytes, as: UTF8.self) }

func percentDecoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = true) -> [UInt8] {
    func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
        let byte = bytes[index]
        if byte == UInt8(ascii: "%"), bytes.endIndex - index > 2, let high = digit(bytes[index + 1]),
            let low = digit(bytes[index + 2])
        {
            decoded.append(high << 4 | low)
            index += 3
        } else {
            decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? 32 : byte)
            index += 1
        }
    }
    return decoded
}

/// `text` as it stands in a query: everything but letters, digits and `-._~` is percent-encoded.
package func percentEncoded(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            encoded.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            let digits = Array("0123456789ABCDEF")
            encoded += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }
    }
    return encoded
}
