import Diagnosis
import Foundation
import Testing

/// Logs with templates assigned by hand, where they are at hand.
private enum LabelledLogs {
    static let folder: URL? = {
        let environment = ProcessInfo.processInfo.environment
        let shared =
            environment["THIRDLINE_SHARED"].map { URL(fileURLWithPath: $0) }
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../../shared").standardized
        let folder = shared.appendingPathComponent("data/loghub")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    /// The names of the systems.
    static let systems: [String] = {
        guard let folder else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { FileManager.default.fileExists(atPath: folder.path + "/\($0)/\($0)_2k.log") }
            .sorted()
    }()

    static func log(_ system: String) throws -> [UInt8] {
        let file = folder?.appendingPathComponent("\(system)/\(system)_2k.log")
        return try [UInt8](Data(contentsOf: #require(file)))
    }

    /// The label of each line.
    static func labels(_ system: String) throws -> [String] {
        let file = folder?.appendingPathComponent("\(system)/\(system)_2k.log_structured.csv")
        let bytes = try [UInt8](Data(contentsOf: #require(file)))
        var rows: [[String]] = []
        var reader = CSVReader()
        func take(_ result: Result<CSVRecord, CSVProblem>) {
            if case .success(let record) = result { rows.append(record.fields) }
        }
        bytes.withUnsafeBytes { reader.feed($0, take) }
        reader.finish(take)
        let column = try #require(rows.first?.firstIndex(of: "EventId"))
        return rows.dropFirst().map { $0[column] }
    }
}

@Suite("Accuracy on logs labelled by hand")
struct LogScoreTests {
    @Test(
        "Grouping accuracy is at least 0.95 and the F1 of groups 0.92 in the mean",
        .enabled(if: LabelledLogs.folder != nil, "set THIRDLINE_SHARED to the folder that holds data/loghub"))
    func accuracy() throws {
        var accuracies: [Double] = []
        var scores: [Double] = []
        for system in LabelledLogs.systems {
            let reading = LogReading(bytes: try LabelledLogs.log(system))
            let labels = try LabelledLogs.labels(system)
            #expect(reading.ids.count == labels.count)
            let score = Self.score(labels, reading.ids)
            accuracies.append(score.accuracy)
            scores.append(score.f1)
        }
        let count = Double(max(1, accuracies.count))
        #expect(accuracies.reduce(0, +) / count >= 0.95)
        #expect(scores.reduce(0, +) / count >= 0.92)
    }

    /// The share of lines whose group is exactly that of their label, and the F1 over groups.
    private static func score(_ labels: [String], _ found: [String]) -> (accuracy: Double, f1: Double) {
        func groups(_ names: [String]) -> Set<[Int]> {
            Set(Dictionary(grouping: names.indices, by: { names[$0] }).values)
        }
        let (truth, guess) = (groups(labels), groups(found))
        let right = truth.intersection(guess)
        let lines = right.reduce(0) { $0 + $1.count }
        let precision = Double(right.count) / Double(max(1, guess.count))
        let recall = Double(right.count) / Double(max(1, truth.count))
        let f1 = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
        return (Double(lines) / Double(max(1, labels.count)), f1)
    }
}
