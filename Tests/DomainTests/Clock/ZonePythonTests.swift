import Domain
import Foundation
import Testing

/// The zones, held against another reader of them: Python's zoneinfo.
struct ZonePythonTests {
    static let zones = [
        "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "America/New_York",
        "America/Santiago", "Asia/Tehran", "Europe/Dublin", "Pacific/Chatham", "Antarctica/Troll",
        "Asia/Gaza",
        "America/Nuuk", "Africa/Cairo", "Asia/Tokyo",
    ]

    /// One line a zone and moment: name, seconds since 1970, offset.
    static func python() -> String? {
        let script = """
            import zoneinfo, datetime, random
            random.seed(11)
            for name in "\(zones.joined(separator: " "))".split():
                zone = zoneinfo.ZoneInfo(name)
                for _ in range(400):
                    at = random.randrange(-1500000000, 5500000000)
                    moment = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=at)
                    print(name, at, int(moment.astimezone(zone).utcoffset().total_seconds()))
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        do { try process.run() } catch { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
    }

    @Test(
        "SLA-05 part: offsets are those of Python's zoneinfo, from 1922 to 2144",
        .enabled(if: ZoneFiles.arePresent, "this machine has no time zones in /usr/share/zoneinfo"))
    func offsetsAgree() throws {
        guard let text = Self.python() else {
            // Nothing to compare with: the other tests of zones stand by themselves.
            print("skipped: python3 with its time zones is not on this machine")
            return
        }
        var count = 0
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            let at = try #require(Int64(words[1]))
            let zone = try #require(ZoneFiles.table[String(words[0])])
            #expect(zone.offset(at: at) == Int64(words[2]), "\(line)")
            count += 1
        }
        #expect(count == 400 * Self.zones.count)
    }
}
