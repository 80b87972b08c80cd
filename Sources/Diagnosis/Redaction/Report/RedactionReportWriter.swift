/// Writes what was replaced where, without the values, as a JSON document, piece by piece.
///
///     {"replacements": [{"file": "app.log", "line": 3, "column": 17, "offset": 211, "length": 12,
///       "kind": "ipv4", "rule": "ipv4", "token": "244.17.3.200"}, ...],
///      "files": [{"file": "app.log", "replaced": 1}],
///      "totals": [{"kind": "ipv4", "rule": "ipv4", "count": 1}], "replaced": 1}
///
/// Lines and columns count from 1, columns and lengths in bytes. Memory does not grow with the replacements.
public struct RedactionReportWriter {
    private var file = ""
    private var inFile = 0
    private var replaced = 0
    private var files: [JSON] = []
    private var totals: [RedactionRule: Int] = [:]
    private var buffer: [UInt8] = Array("{\"replacements\": [".utf8)

    /// Begins a document.
    public init() {}

    /// Says which file the following replacements are of.
    public mutating func begin(file: String) { self.file = file }

    /// Adds a replacement.
    public mutating func add(_ redaction: borrowing Redaction) {
        buffer.append(contentsOf: (replaced == 0 ? "\n" : ",\n").utf8)
        let entry: JSON = [
            "file": .string(file), "line": .integer(Int64(redaction.line)),
            "column": .integer(Int64(redaction.column)), "offset": .integer(Int64(redaction.offset)),
            "length": .integer(Int64(redaction.length)), "kind": .string(redaction.rule.kind.rawValue),
            "rule": .string(redaction.rule.name), "token": .string(redaction.token),
        ]
        buffer.append(contentsOf: entry.text.utf8)
        replaced += 1
        inFile += 1
        totals[redaction.rule, default: 0] += 1
    }

    /// Says that the file has ended.
    public mutating func endFile() {
        files.append(["file": .string(file), "replaced": .integer(Int64(inFile))])
        inFile = 0
    }

    /// Takes what was written so far.
    public mutating func take() -> [UInt8] {
        defer { buffer.removeAll(keepingCapacity: true) }
        return buffer
    }

    /// Ends the document and takes the rest.
    public mutating func finish() -> [UInt8] {
        let sorted = totals.sorted {
            ($0.key.kind.rawValue, $0.key.name) < ($1.key.kind.rawValue, $1.key.name)
        }
        let counts: [JSON] = sorted.map { rule, count in
            [
                "kind": .string(rule.kind.rawValue), "rule": .string(rule.name),
                "count": .integer(Int64(count)),
            ]
        }
        buffer.append(contentsOf: "\n],\n\"files\": ".utf8)
        buffer.append(contentsOf: JSON.array(files).text.utf8)
        buffer.append(contentsOf: ",\n\"totals\": ".utf8)
        buffer.append(contentsOf: JSON.array(counts).text.utf8)
        buffer.append(contentsOf: ",\n\"replaced\": \(replaced)}\n".utf8)
        return take()
    }
}
