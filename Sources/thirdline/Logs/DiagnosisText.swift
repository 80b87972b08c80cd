import Diagnosis
import Foundation

/// A diagnosis as people read it on a terminal.
struct DiagnosisText {
    var report: DiagnosisReport

    func text(top: Int) -> String {
        let paint = Paint()
        let diagnosis = report.diagnosis
        var text = report.summary.joined(separator: "\n") + "\n"
        for problem in report.problems { text += paint.level("Note: \(clean(problem))", .warning) + "\n" }
        text += "\n"
        if diagnosis.findings.isEmpty {
            return text + report.emptiness + "\n"
        }
        let shown = top == 0 ? diagnosis.findings[...] : diagnosis.findings.prefix(top)
        for (index, finding) in shown.enumerated() {
            let mark = "\(finding.severity.rawValue.uppercased())"
            let level: LogLevel? =
                finding.severity >= .high ? .error : finding.severity >= .low ? .warning : nil
            text += "\(index + 1). \(paint.level(mark, level))  \(clean(finding.title))\n"
            text += wrapped("\(clean(finding.why)) \(report.certainty(finding))", indent: 3)
            for citation in finding.citations.prefix(3) {
                let lines =
                    citation.lines.count > 1
                    ? "\(citation.lines.lowerBound)-\(citation.lines.upperBound)"
                    : "\(citation.lines.lowerBound)"
                text += "   " + paint.dim("\(clean(citation.source)):\(lines)") + "\n"
                let excerpt = (citation.excerpt ?? "").split(separator: "\n").prefix(
                    citation.lines.count > 1 ? 4 : 1)
                for line in excerpt { text += "     " + String(clean(String(line)).prefix(160)) + "\n" }
            }
            text += wrapped("Next: \(clean(finding.nextTest))", indent: 3) + "\n"
        }
        if shown.count < diagnosis.findings.count {
            text += "and \(diagnosis.findings.count - shown.count) more findings; --top 0 shows all\n"
        }
        return text
    }

    /// Text without control characters, so that a log cannot steer the terminal.
    private func clean(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0 == "\t" ? " " : $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? "\u{FFFD}" : $0
                }))
    }

    private func wrapped(_ text: String, indent: Int) -> String {
        let blank = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if line.count + word.count + 1 > 100 - indent, !line.isEmpty {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? "\(word)" : " \(word)"
        }
        if !line.isEmpty { lines.append(line) }
        return lines.map { blank + $0 + "\n" }.joined()
    }
}
