// Sources: Sources/Web/Multipart

/// Holds the multipart reader to its promises: events come in order, nothing traps, no more than a
/// delimiter is held back, and pieces make no difference.
///
/// The first two bytes choose limits and pieces; the rest is the body, whose boundary is `b`. The body is
/// also read as a `Content-Type`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMultipart(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count >= 2 else { return 0 }
    let input = UnsafeRawBufferPointer(start: start, count: count)
    let limits =
        input[0] & 1 == 0 ? MultipartLimits() : MultipartLimits(parts: 2, headerBytes: 80)
    let body = UnsafeRawBufferPointer(rebasing: input[2...])
    let whole = Reading(body, limits, seed: nil)
    precondition(whole == Reading(body, limits, seed: input[1]), "events depend on the pieces")
    precondition(whole == Reading(body, limits, seed: 0), "events depend on the pieces")
    for part in whole.parts {
        let name = part.filename ?? ""
        precondition(!part.name.isEmpty, "a part has no name")
        precondition(!name.contains("/") && !name.contains("\\") && !name.utf8.contains(0), "a path is left")
    }

    do {
        let boundary = try MultipartReader.boundary(fromContentType: String(decoding: body, as: UTF8.self))
        precondition((1...70).contains(boundary.utf8.count), "a boundary has a wrong length")
    } catch {
        precondition(error is MultipartError, "an error has a wrong type")
    }
    return 0
}

/// All that one reading hands out.
private struct Reading: Equatable {
    struct Part: Equatable {
        var name: String
        var filename: String?
        var contentType: String?
        var content: [UInt8] = []
        var isComplete = false
    }

    var parts: [Part] = []
    var error: MultipartError?

    /// Reads copies of pieces of up to 16 bytes, of one byte for seed 0, or one piece without a seed.
    init(_ body: UnsafeRawBufferPointer, _ limits: MultipartLimits, seed: UInt8?) {
        var reader = MultipartReader(boundary: "b", limits: limits)
        do {
            var state = seed ?? 0
            var rest = body[...]
            while !rest.isEmpty {
                state = state &* 141 &+ 43
                let length = seed.map { $0 == 0 ? 1 : Int(state >> 4) } ?? body.count
                let piece = rest.prefix(length)
                rest = rest.dropFirst(length)
                try Array(piece).withUnsafeBytes { try reader.feed($0) { note($0) } }
            }
            try reader.finish()
            precondition(parts.allSatisfy(\.isComplete), "a part is left open")
        } catch {
            precondition(error is MultipartError, "an error has a wrong type")
            self.error = error as? MultipartError
        }
    }

    private mutating func note(_ event: MultipartEvent) {
        let isOpen = parts.last.map { !$0.isComplete } ?? false
        switch event {
        case .part(let name, let filename, let contentType):
            precondition(!isOpen, "a part begins inside another")
            parts.append(Part(name: name, filename: filename, contentType: contentType))
        case .body(let bytes):
            precondition(isOpen && !bytes.isEmpty, "bytes come outside a part")
            parts[parts.count - 1].content += bytes
        case .end:
            precondition(isOpen, "a part ends that is not open")
            parts[parts.count - 1].isComplete = true
        }
    }
}
