/// The steps of a CSV reader over the bytes it has now.
struct CSVWalk {
    typealias Outcome = Result<CSVRecord, CSVProblem>

    let options: CSVOptions
    let isPlain: [Bool]
    let bytes: UnsafeRawBufferPointer
    let bufferOffset: Int

    /// Goes on by one step, from a byte that is there.
    func advance(_ at: inout CSVPosition) -> Outcome? {
        switch at.state {
        case .recordStart: beginRecord(&at)
        case .fieldStart: beginField(&at)
        case .plain: return plain(&at)
        case .quoted: return quoted(&at)
        case .quoteSeen: return quoteSeen(&at)
        case .skipping: skipLine(&at)
        }
        return nil
    }

    /// Ends what is open at the end of the file.
    func conclude(_ at: inout CSVPosition) -> Outcome? {
        switch at.state {
        case .recordStart: return nil
        case .skipping:
            at.state = .recordStart
            return nil
        case .fieldStart:
            at.fieldStart = at.cursor
            return endRecord(&at, content: at.cursor..<at.cursor)
        case .plain: return endRecord(&at, content: at.fieldStart..<at.cursor)
        case .quoteSeen: return endRecord(&at, content: at.fieldStart + 1..<at.cursor - 1)
        case .quoted: return giveUp(&at, .quoteNeverClosed, line: at.fieldLine)
        }
    }

    // MARK: - Steps

    private func beginRecord(_ at: inout CSVPosition) {
        let byte = bytes[at.cursor]
        let belongsToReturn = at.followsReturn && byte == CSVByte.newline
        at.followsReturn = false
        if belongsToReturn {
            at.cursor += 1
        } else if isLineEnd(byte) {
            passLineEnd(&at)
        } else {
            at.recordStart = at.cursor
            at.recordLine = at.line
            at.spans.removeAll(keepingCapacity: true)
            at.fault = nil
            at.state = .fieldStart
        }
    }

    private func beginField(_ at: inout CSVPosition) {
        at.fieldStart = at.cursor
        at.fieldLine = at.line
        at.hasDoubledQuotes = false
        if bytes[at.cursor] == CSVByte.quote {
            at.cursor += 1
            at.state = .quoted
        } else {
            at.state = .plain
        }
    }

    private func plain(_ at: inout CSVPosition) -> Outcome? {
        let bound = bound(of: at, content: at.fieldStart)
        let stop = min(bound, bytes.count)
        while at.cursor < stop, isPlain[Int(bytes[at.cursor])] { at.cursor += 1 }
        guard at.cursor < bytes.count else { return nil }
        let byte = bytes[at.cursor]
        let content = at.fieldStart..<at.cursor
        if byte == options.delimiter.rawValue {
            endField(&at, content: content)
            return nil
        }
        if isLineEnd(byte) { return endRecord(&at, content: content) }
        if at.cursor >= bound { return giveUpTooLong(&at, content: at.fieldStart) }
        if byte == CSVByte.quote { return giveUp(&at, .quoteInsideField, line: at.line) }
        note(&at, .nulByte, line: at.line)
        at.cursor += 1
        return nil
    }

    private func quoted(_ at: inout CSVPosition) -> Outcome? {
        let bound = bound(of: at, content: at.fieldStart + 1)
        let stop = min(bound, bytes.count)
        while at.cursor < stop {
            let byte = bytes[at.cursor]
            if byte > CSVByte.quote {
                at.cursor += 1
                continue
            }
            if byte == CSVByte.quote { break }
            if byte == CSVByte.newline, bytes[at.cursor - 1] != CSVByte.carriageReturn { at.line += 1 }
            if byte == CSVByte.carriageReturn { at.line += 1 }
            if byte == 0 { note(&at, .nulByte, line: at.line) }
            at.cursor += 1
        }
        guard at.cursor < bytes.count else { return nil }
        guard bytes[at.cursor] == CSVByte.quote else {
            return giveUpTooLong(&at, content: at.fieldStart + 1)
        }
        at.cursor += 1
        at.state = .quoteSeen
        return nil
    }

    private func quoteSeen(_ at: inout CSVPosition) -> Outcome? {
        let byte = bytes[at.cursor]
        let content = at.fieldStart + 1..<at.cursor - 1
        if byte == CSVByte.quote {
            at.hasDoubledQuotes = true
            at.cursor += 1
            at.state = .quoted
            return nil
        }
        if byte == options.delimiter.rawValue {
            endField(&at, content: content)
            return nil
        }
        if isLineEnd(byte) { return endRecord(&at, content: content) }
        return giveUp(&at, .textAfterClosingQuote, line: at.fieldLine)
    }

    private func skipLine(_ at: inout CSVPosition) {
        while at.cursor < bytes.count, !isLineEnd(bytes[at.cursor]) { at.cursor += 1 }
        guard at.cursor < bytes.count else { return }
        passLineEnd(&at)
        at.state = .recordStart
    }

    // MARK: - Ends

    private func isLineEnd(_ byte: UInt8) -> Bool {
        byte == CSVByte.newline || byte == CSVByte.carriageReturn
    }

    private func passLineEnd(_ at: inout CSVPosition) {
        at.followsReturn = bytes[at.cursor] == CSVByte.carriageReturn
        at.line += 1
        at.cursor += 1
    }

    /// Keeps the field that ends here, unless there are too many, and steps over the delimiter.
    private func endField(_ at: inout CSVPosition, content: Range<Int>) {
        if at.spans.count < options.columns {
            let span = CSVPosition.Span(
                range: content, line: at.fieldLine, hasDoubledQuotes: at.hasDoubledQuotes)
            at.spans.append(span)
        } else {
            note(&at, .tooManyColumns(limit: options.columns), line: at.recordLine)
        }
        at.cursor += 1
        at.state = .fieldStart
    }

    /// Ends the record at a line end or the end of the file.
    private func endRecord(_ at: inout CSVPosition, content: Range<Int>) -> Outcome {
        let end = at.cursor
        endField(&at, content: content)
        at.cursor = end
        at.state = .recordStart
        var fields: [String] = []
        if at.fault == nil {
            fields.reserveCapacity(at.spans.count)
            for span in at.spans {
                guard let text = text(of: span) else {
                    note(&at, .invalidUTF8, line: lineOfInvalidUTF8(in: span))
                    break
                }
                fields.append(text)
            }
        }
        let line = at.recordLine
        let offset = bufferOffset + at.recordStart
        if at.cursor < bytes.count { passLineEnd(&at) }
        if let fault = at.fault {
            return .failure(CSVProblem(kind: fault.kind, line: fault.line, recordLine: line, offset: offset))
        }
        return .success(CSVRecord(line: line, offset: offset, fields: fields))
    }

    // MARK: - Problems

    /// Notes what is wrong with the text of a record whose end can still be found.
    private func note(_ at: inout CSVPosition, _ kind: CSVProblem.Kind, line: Int) {
        if at.fault == nil { at.fault = (kind, line) }
    }

    /// Gives up the record; a quoted field is gone back on, to the end of the line where it began.
    private func giveUp(_ at: inout CSVPosition, _ kind: CSVProblem.Kind, line: Int) -> Outcome {
        if at.state == .quoted || at.state == .quoteSeen {
            at.cursor = at.fieldStart + 1
            at.line = at.fieldLine
        }
        at.state = .skipping
        let offset = bufferOffset + at.recordStart
        return .failure(CSVProblem(kind: kind, line: line, recordLine: at.recordLine, offset: offset))
    }

    private func giveUpTooLong(_ at: inout CSVPosition, content: Int) -> Outcome {
        if at.cursor - content >= options.fieldBytes {
            return giveUp(&at, .fieldTooLong(limit: options.fieldBytes), line: at.fieldLine)
        }
        return giveUp(&at, .recordTooLong(limit: options.recordBytes), line: at.recordLine)
    }

    /// The byte at which field or record become too long; the same however the file is cut.
    private func bound(of at: CSVPosition, content: Int) -> Int {
        min(content + options.fieldBytes, at.recordStart + options.recordBytes)
    }

    private func lineOfInvalidUTF8(in span: CSVPosition.Span) -> Int {
        var line = span.line
        var index = span.range.lowerBound
        let field = UnsafeRawBufferPointer(rebasing: bytes[..<span.range.upperBound])
        while index < field.count, let length = UTF8Text.sequenceLength(in: field, at: index) {
            let byte = field[index]
            if byte == CSVByte.carriageReturn { line += 1 }
            if byte == CSVByte.newline, field[index - 1] != CSVByte.carriageReturn { line += 1 }
            index += length
        }
        return line
    }

    // MARK: - Text

    /// The value of a field, or nil where it is not UTF-8.
    private func text(of span: CSVPosition.Span) -> String? {
        let raw = UnsafeRawBufferPointer(rebasing: bytes[span.range])
        guard UTF8Text.isValid(raw) else { return nil }
        guard span.hasDoubledQuotes else { return String(decoding: raw, as: UTF8.self) }
        var resolved: [UInt8] = []
        resolved.reserveCapacity(raw.count)
        var index = 0
        while index < raw.count {
            resolved.append(raw[index])
            index += raw[index] == CSVByte.quote ? 2 : 1
        }
        return String(decoding: resolved, as: UTF8.self)
    }
}
