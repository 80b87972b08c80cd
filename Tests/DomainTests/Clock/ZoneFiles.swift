import Domain
import Foundation

/// The machine's time zones, for tests.
enum ZoneFiles {
    static let folder = "/usr/share/zoneinfo"

    static let table = ZoneTable { name in
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { return nil }
        return try? ZoneRules(name: name, tzif: Array(data))  // no such zone
    }

    static let arePresent = FileManager.default.fileExists(atPath: "\(folder)/Europe/Berlin")
}

/// “2026-03-29 01:00” in UTC.
func utc(_ text: String) -> Timestamp {
    guard let moment = Timestamp(text) else { preconditionFailure("\(text) is no time") }
    return moment
}

/// Microseconds.
func hours(_ number: Double) -> Int64 { Int64(number * 3600) * 1_000_000 }
func minutes(_ number: Int64) -> Int64 { number * 60_000_000 }
