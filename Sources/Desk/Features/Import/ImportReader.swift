import Diagnosis
import Domain
import Foundation

/// Reads the rows of a CSV or NDJSON file, a piece at a time, whatever its size.
struct ImportReader {
    enum Item {
        case row(ImportRow)
        case bad(line: Int, why: String)
    }

    private enum Syntax {
        case csv(CSVReader)
        case ndjson(LineReader)
    }

    /// The columns that the header of a CSV file names; nil for NDJSON.
    private(set) var header: [String]?
    /// How many bytes were read.
    private(set) var bytesRead: Int64 = 0
    /// How many bytes the file has.
    let byteCount: Int64
    private let file: FileHandle
    private var syntax: Syntax
    private var waiting: ArraySlice<Item> = []
    private var isFinished = false

    /// Opens a file; its name says what it is.
    init(path: String, delimiter: ImportMapping.Delimiter) throws {
        let name = path.lowercased()
        if name.hasSuffix(".csv") || name.hasSuffix(".tsv") {
            var options = CSVOptions()
            options.delimiter = Self.csvDelimiter(name.hasSuffix(".tsv") ? .tab : delimiter)
            syntax = .csv(CSVReader(options: options))
        } else if name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl") {
            syntax = .ndjson(LineReader())
        } else {
            throw ImportFault(
                "\(path): the name must end in .csv, .tsv, .ndjson or .jsonl, so that its format is known")
        }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ImportFault("cannot read the file \(path)")
        }
        self.file = file
        do {
            byteCount = Int64(try file.seekToEnd())
            try file.seek(toOffset: 0)
        } catch {
            throw ImportFault("cannot read the file \(path): it is no plain file")
        }
        if case .csv = syntax { try readHeader(path) }
    }

    private static func csvDelimiter(_ delimiter: ImportMapping.Delimiter) -> CSVOptions.Delimiter {
        switch delimiter {
        case .comma: .comma
        case .semicolon: .semicolon
        case .tab: .tab
        }
    }

    /// The next rows, at most so many; none at the end of the file.
    mutating func next(_ limit: Int) throws -> [Item] {
        while waiting.count < limit, !isFinished { try readPiece() }
        let items = waiting.prefix(limit)
        waiting = waiting.dropFirst(items.count)
        return Array(items)
    }

    private mutating func readHeader(_ path: String) throws {
        while header == nil, !isFinished { try readPiece() }
        guard let header else {
            if case .bad(let line, let why)? = waiting.first {
                throw ImportFault("\(path), line \(line): \(why)")
            }
            throw ImportFault("\(path) is empty; its first line must name the columns")
        }
        var seen: Set<String> = []
        for name in header where !seen.insert(name).inserted {
            throw ImportFault("\(path), line 1: the column “\(name)” stands there twice")
        }
    }

    private mutating func readPiece() throws {
        let data: Data?
        do {
            data = try file.read(upToCount: 1 << 18)
        } catch {
            throw ImportFault("the file can no longer be read after \(bytesRead) bytes")
        }
        var items = Array(waiting)
        if let data, !data.isEmpty {
            bytesRead += Int64(data.count)
            data.withUnsafeBytes { feed($0, &items) }
        } else {
            isFinished = true
            feed(nil, &items)
        }
        waiting = items[...]
    }

    /// Hands a piece to the reader; nil stands for the end of the file.
    private mutating func feed(_ bytes: UnsafeRawBufferPointer?, _ items: inout [Item]) {
        switch syntax {
        case .csv(var reader):
            var header = header
            let take = { (outcome: Result<CSVRecord, CSVProblem>) in Self.take(outcome, &header, &items) }
            if let bytes { reader.feed(bytes, take) } else { reader.finish(take) }
            self.header = header
            syntax = .csv(reader)
        case .ndjson(var reader):
            let take = { (outcome: Result<LineReader.Line, LineReader.Problem>) in
                items.append(Self.item(outcome))
            }
            if let bytes { reader.feed(bytes, take) } else { reader.finish(take) }
            syntax = .ndjson(reader)
        }
    }

    private static func take(
        _ outcome: Result<CSVRecord, CSVProblem>, _ header: inout [String]?, _ items: inout [Item]
    ) {
        switch outcome {
        case .failure(let problem): items.append(.bad(line: problem.line, why: problem.message))
        case .success(let record):
            guard let names = header else {
                // Nothing may stand before the header, so a broken first line is not followed by a guess.
                if items.isEmpty {
                    header = record.fields.enumerated().map { index, name in
                        let name = name.trimmingWhitespace
                        return name.isEmpty ? "column \(index + 1)" : name
                    }
                }
                return
            }
            guard record.fields.count == names.count else {
                let why = "has \(record.fields.count) columns, but the first line names \(names.count)"
                items.append(.bad(line: record.line, why: why))
                return
            }
            let columns = Dictionary(zip(names, record.fields)) { first, _ in first }
            items.append(.row(ImportRow(line: record.line, columns: columns)))
        }
    }

    private static func item(_ outcome: Result<LineReader.Line, LineReader.Problem>) -> Item {
        switch outcome {
        case .failure(let problem): return .bad(line: problem.line, why: problem.message)
        case .success(let line):
            do {
                guard let object = try JSON(parsing: line.bytes).object else {
                    return .bad(line: line.number, why: "is no JSON object")
                }
                var columns: [String: String] = [:]
                for (key, value) in object { columns[key] = text(value) }
                if let key = columns.first(where: { $0.key.utf8.contains(0) || $0.value.utf8.contains(0) })?
                    .key
                {
                    let name = key.replacing("\0", with: "")
                    return .bad(
                        line: line.number, why: "“\(name)” holds a NUL character, which cannot be kept")
                }
                return .row(ImportRow(line: line.number, columns: columns))
            } catch {
                return .bad(
                    line: line.number, why: "is not JSON: \(error.message), at character \(error.column)")
            }
        }
    }

    private static func text(_ value: JSON) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        default: value.text
        }
    }
}

/// Why a file cannot be imported at all.
package struct ImportFault: Error, CustomStringConvertible {
    /// What is wrong and what to do.
    package var description: String
    /// A fault in these words.
    package init(_ description: String) { self.description = description }
}
