// Sources: Sources/Diagnosis/Tabular Sources/Diagnosis/UTF8Text.swift

/// Holds the CSV and the line reader to their promise that pieces make no difference.
///
/// The first two bytes choose delimiter, limits and pieces; the rest is the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCSV(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count >= 2 else { return 0 }
    let input = UnsafeRawBufferPointer(start: start, count: count)
    var options = CSVOptions()
    options.delimiter = CSVOptions.Delimiter.allCases[Int(input[0] & 3) % 3]
    if input[0] & 4 != 0 {
        options.columns = 4
        options.fieldBytes = 12
        options.recordBytes = 40
    }
    let file = UnsafeRawBufferPointer(rebasing: input[2...])
    let seed = input[1]

    let whole = records(file, options, seed: nil)
    precondition(whole == records(file, options, seed: seed), "records depend on the pieces")
    for outcome in whole {
        switch outcome {
        case .success(let record):
            precondition(record.line >= 1 && record.offset < file.count, "a record has no place")
            precondition((1...options.columns).contains(record.fields.count), "a record has a wrong width")
            precondition(!record.fields.contains { $0.utf8.contains(0) }, "a field holds a NUL byte")
        case .failure(let problem):
            precondition(problem.line >= problem.recordLine && problem.offset < file.count)
        }
    }
    precondition(lines(file, seed: nil) == lines(file, seed: seed), "lines depend on the pieces")
    return 0
}

private func records(
    _ file: UnsafeRawBufferPointer, _ options: CSVOptions, seed: UInt8?
) -> [Result<CSVRecord, CSVProblem>] {
    var reader = CSVReader(options: options)
    var outcomes: [Result<CSVRecord, CSVProblem>] = []
    inPieces(file, seed: seed) { piece in reader.feed(piece) { outcomes.append($0) } }
    reader.finish { outcomes.append($0) }
    return outcomes
}

private func lines(_ file: UnsafeRawBufferPointer, seed: UInt8?) -> [String] {
    var reader = LineReader(maximumLength: 20)
    var outcomes: [String] = []
    func take(_ result: Result<LineReader.Line, LineReader.Problem>) {
        switch result {
        case .success(let line): outcomes.append("\(line.number) \(line.offset) \(Array(line.bytes))")
        case .failure(let problem): outcomes.append("\(problem)")
        }
    }
    inPieces(file, seed: seed) { piece in reader.feed(piece, take) }
    reader.finish(take)
    return outcomes
}

/// Hands out copies of `bytes` in pieces of up to 16 bytes, or in one piece without a seed.
private func inPieces(
    _ bytes: UnsafeRawBufferPointer, seed: UInt8?, _ take: (UnsafeRawBufferPointer) -> Void
) {
    var state = seed ?? 0
    var rest = bytes[...]
    while !rest.isEmpty {
        state = state &* 141 &+ 43
        let piece = rest.prefix(seed == nil ? bytes.count : Int(state >> 4))
        rest = rest.dropFirst(piece.count)
        Array(piece).withUnsafeBytes(take)
    }
}
