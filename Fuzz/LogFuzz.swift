// Sources: Sources/Diagnosis/Logs Sources/Diagnosis/Findings Sources/Diagnosis/Statistics Sources/Diagnosis/JSON Sources/Diagnosis/Tabular/LineReader.swift Sources/Diagnosis/UTF8Text.swift Sources/Diagnosis/DecodedText.swift
// Except: Sources/Diagnosis/Logs/Index

/// Holds the reader of logs to its promises on any bytes: the pieces that a log comes in make no
/// difference, every byte and line is counted, and every line has a template.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzLog(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let all = [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard all.count > 2 else { return 0 }
    let size = Int(all[0]) + 1
    var limits = LogLimits()
    limits.lineBytes = 256 + Int(all[1])
    limits.patterns = 2 + Int(all[1])
    // Repeated, so that there is something to learn from.
    let bytes = Array(repeatElement(all[2...], count: 1 + Int(all[1]) % 24).joined())
    let format = LogFormat(learningFrom: [.init(offset: 0, bytes: bytes)])
    let whole = read(bytes, bytes.count, format, limits)
    let pieces = read(bytes, size, format, limits)
    precondition(whole.lines == pieces.lines, "pieces make a difference")
    let counts = whole.templates.counts
    precondition(counts.bytes == bytes.count, "bytes are missing")
    precondition(counts.records + counts.continuations == counts.lines, "lines are missing")
    precondition(
        whole.templates.templates.reduce(0) { $0 + $1.count } == counts.lines,
        "templates do not cover all lines")
    for template in whole.templates.templates {
        precondition(template.lines.upperBound <= counts.lines, "a template's line is not there")
        precondition(template.variables.allSatisfy { $0.distinct <= $0.sampled }, "more values than lines")
    }
    return 0
}

private func read(
    _ bytes: [UInt8], _ size: Int, _ format: LogFormat, _ limits: LogLimits
) -> (lines: [String], templates: LogTemplates) {
    var miner = LogMiner(format, limits: limits)
    var lines: [String] = []
    func note(_ line: LogLine) {
        precondition(line.message.upperBound <= line.bytes.count, "the message ends behind the line")
        lines.append(
            "\(line.number) \(line.offset) \(line.message) \(line.time ?? -1) \(line.pattern) \(line.goesOn)")
    }
    bytes.withUnsafeBytes { raw in
        var start = 0
        while start < raw.count {
            let end = min(start + size, raw.count)
            miner.feed(UnsafeRawBufferPointer(rebasing: raw[start..<end]), note)
            start = end
        }
    }
    miner.finish(note)
    return (lines, LogTemplates(miner.tally))
}
