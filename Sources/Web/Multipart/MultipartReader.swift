/// A reader of multipart/form-data (RFC 7578, RFC 2046) that is fed with pieces of a body.
///
/// It hands out what it meets as soon as it is known and holds back no more than a boundary or the header
/// of one part, so its memory does not grow with the body. How the body is cut into pieces changes
/// nothing but how the bytes of a part are divided into `body` events.
///
/// A delimiter is the boundary at the start of a line, alone there but for spaces; a longer line that
/// only begins like it is content. After an error, and after a receiver throws, nothing more can be read.
package struct MultipartReader {
    private enum State {
        /// Before the first delimiter, where bytes are ignored.
        case preamble
        /// In the header of a part.
        case header
        /// In the content of a part.
        case body
        /// After the closing delimiter, where bytes are ignored.
        case closed
        /// After an error.
        case failed(MultipartError)
    }

    private let limits: MultipartLimits
    private var state = State.preamble
    private var delimiter: MultipartDelimiter
    private var header: [UInt8] = []
    private var parts = 0

    /// Makes a reader for one body.
    ///
    /// The boundary is as `boundary(fromContentType:)` gives it. With one that is not allowed the first use
    /// of the reader throws.
    package init(boundary: String, limits: MultipartLimits) {
        self.limits = limits
        delimiter = MultipartDelimiter(boundary: boundary)
        if !MultipartParameters.isValidBoundary(Array(boundary.utf8)) { state = .failed(.badBoundary) }
    }

    /// Reads the next piece of the body and hands out what is known by its end.
    /// - Throws: `MultipartError`, or what the receiver throws.
    package mutating func feed(
        _ bytes: UnsafeRawBufferPointer, _ event: (MultipartEvent) throws -> Void
    ) throws {
        do {
            var index = 0
            while index < bytes.count {
                switch state {
                case .preamble, .body: index = try readContent(bytes, from: index, event)
                case .header: index = try readHeader(bytes, from: index, event)
                case .closed: return
                case .failed(let error): throw error
                }
            }
        } catch {
            state = .failed(error as? MultipartError ?? .truncated)
            throw error
        }
    }

    /// Checks that the body has come to its closing delimiter.
    /// - Throws: `MultipartError.missingBoundary` or `.truncated`, or again what `feed` threw.
    package mutating func finish() throws {
        switch state {
        case .preamble: throw MultipartError.missingBoundary
        case .header, .body: throw MultipartError.truncated
        case .closed: return
        case .failed(let error): throw error
        }
    }

    // MARK: - Content

    /// Reads on to the next delimiter or the end of `bytes`, and returns where to go on.
    private mutating func readContent(
        _ bytes: UnsafeRawBufferPointer, from start: Int, _ event: (MultipartEvent) throws -> Void
    ) throws -> Int {
        // Bytes of earlier pieces which are content if the delimiter in progress turns out to be none.
        var held = delimiter.held
        var matchStart = start
        var index = start
        while index < bytes.count {
            if !delimiter.isInProgress {
                guard let place = bytes.firstCarriageReturn(from: index) else {
                    index = bytes.count
                    break
                }
                index = place
                matchStart = place
            }
            switch delimiter.take(bytes[index]) {
            case .more: index += 1
            case .mismatch:
                try handOut(held, event)
                held = []
            case .part:
                try handOut(bytes[start..<matchStart], event)
                try endPart(event)
                try beginHeader()
                return index + 1
            case .close:
                try handOut(bytes[start..<matchStart], event)
                try endPart(event)
                state = .closed
                return index + 1
            }
        }
        try handOut(bytes[start..<(delimiter.isInProgress ? matchStart : index)], event)
        return bytes.count
    }

    private func handOut(_ content: [UInt8], _ event: (MultipartEvent) throws -> Void) throws {
        try content.withUnsafeBytes { try handOut($0[...], event) }
    }

    private func handOut(
        _ content: Slice<UnsafeRawBufferPointer>, _ event: (MultipartEvent) throws -> Void
    ) throws {
        guard case .body = state, !content.isEmpty else { return }
        try event(.body(UnsafeRawBufferPointer(rebasing: content)))
    }

    private func endPart(_ event: (MultipartEvent) throws -> Void) throws {
        guard case .body = state else { return }
        try event(.end)
    }

    // MARK: - Header

    private mutating func beginHeader() throws {
        parts += 1
        guard parts <= limits.parts else { throw MultipartError.tooManyParts(limit: limits.parts) }
        header.removeAll(keepingCapacity: true)
        state = .header
    }

    /// Reads on to the end of a header line or of `bytes`, and returns where to go on.
    private mutating func readHeader(
        _ bytes: UnsafeRawBufferPointer, from start: Int, _ event: (MultipartEvent) throws -> Void
    ) throws -> Int {
        let newline = bytes[start...].firstIndex(of: 0x0A)
        let end = newline.map { $0 + 1 } ?? bytes.count
        guard end - start <= limits.headerBytes - header.count else {
            throw MultipartError.headerTooLong(part: parts, limit: limits.headerBytes)
        }
        header.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        guard newline != nil else { return end }
        guard header.suffix(2).first == 0x0D else { throw MultipartError.badCharacters(part: parts) }
        if header.count == 2 || header.suffix(4).elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]) {
            let parsed = try MultipartHeader(parsing: header, part: parts)
            state = .body
            delimiter.beginAtLineStart()
            try event(
                .part(name: parsed.name, filename: parsed.filename, contentType: parsed.contentType))
        }
        return end
    }
}

extension MultipartReader {
    /// The boundary that a `Content-Type` header names for form data, in quotes or without.
    /// - Throws: `MultipartError.notFormData` or `.badBoundary`.
    package static func boundary(fromContentType contentType: String) throws -> String {
        let parameters: MultipartParameters
        do {
            parameters = try MultipartParameters(parsing: Array(contentType.utf8)[...])
        } catch {
            throw MultipartError.badBoundary
        }
        guard parameters.value == "multipart/form-data" else { throw MultipartError.notFormData }
        guard let boundary = parameters["boundary"], MultipartParameters.isValidBoundary(boundary) else {
            throw MultipartError.badBoundary
        }
        return String(decoding: boundary, as: UTF8.self)
    }
}

extension UnsafeRawBufferPointer {
    /// The place of the first CR at or after `start`, found eight bytes at a time.
    fileprivate func firstCarriageReturn(from start: Int) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var offset = start
        while count - offset >= 8 {
            let word = loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ (ones &* 0x0D)
            if (word &- ones) & ~word & 0x8080_8080_8080_8080 != 0 { break }
            offset += 8
        }
        while offset < count {
            if self[offset] == 0x0D { return offset }
            offset += 1
        }
        return nil
    }
}
