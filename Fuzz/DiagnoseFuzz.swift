// Sources: Sources/Diagnosis/Logs Sources/Diagnosis/Findings Sources/Diagnosis/Statistics Sources/Diagnosis/JSON Sources/Diagnosis/Tabular/LineReader.swift Sources/Diagnosis/UTF8Text.swift Sources/Diagnosis/DecodedText.swift
// Except: Sources/Diagnosis/Logs/Index

/// Holds the diagnosis of logs to its promises on any bytes: the pieces and parts that a log comes in make no
/// difference, every line is counted, every finding cites lines that are there, and the report is JSON.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDiagnose(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let all = [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard all.count > 2 else { return 0 }
    let size = Int(all[0]) + 1
    // Repeated, so that there is something to find.
    let bytes = Array(repeatElement(all[2...], count: 1 + Int(all[1]) % 24).joined())
    let format = LogFormat(learningFrom: [.init(offset: 0, bytes: bytes)])
    let whole = examine(bytes, bytes.count, format)
    let pieces = examine(bytes, size, format)
    precondition(whole.findings == pieces.findings, "pieces make a difference")
    let lines = whole.sources.reduce(0) { $0 + $1.counts.lines }
    precondition(whole.lines.subject == lines, "lines are missing")
    for finding in whole.findings {
        precondition(!finding.citations.isEmpty, "a finding cites nothing")
        precondition((0...1).contains(finding.confidence), "no confidence")
        for citation in finding.citations {
            precondition(citation.lines.lowerBound >= 1 && citation.lines.upperBound <= lines, "a cited line is not there")
        }
    }
    let report = DiagnosisReport(diagnosis: whole)
    let text = report.json.text
    // The writer makes JSON of whatever stands in a log.
    precondition((try? JSON(parsing: Array(text.utf8))) != nil, "the report is no JSON")
    precondition(!report.html.contains("<script"), "the page has a script")
    return 0
}

private func examine(_ bytes: [UInt8], _ size: Int, _ format: LogFormat) -> LogDiagnosis {
    var examiner = LogExaminer(format, name: "fuzz.log")
    bytes.withUnsafeBytes { raw in
        var start = 0
        while start < raw.count {
            let end = min(start + size, raw.count)
            examiner.feed(UnsafeRawBufferPointer(rebasing: raw[start..<end]))
            start = end
        }
    }
    var digest = LogDigest()
    digest.append(examiner.finish())
    return LogDiagnosis(digest)
}
