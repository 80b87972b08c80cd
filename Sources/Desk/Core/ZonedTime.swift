import Domain
import Foundation

/// Times as they stand in logs and letters, brought to UTC.
enum ZonedTime {
    /// The moment of a text such as “2026-11-10 00:00”, in a zone where the text names none itself.
    /// - Parameter zone: “UTC”, an offset such as “+02:00”, or a name such as “Europe/Berlin”; UTC where nil.
    /// - Throws: a refusal that names the field, also where a clock that was put forward or back makes it unclear.
    static func moment(_ text: String, zone: String?, field: String) throws(Refusal) -> Timestamp {
        let text = text.trimmingWhitespace
        guard let written = Timestamp(text.replacing(",", with: ".")) else {
            throw Refusal(
                field: field, "not_a_time",
                "“\(text)” is not a time such as 2026-11-10 00:00 or 2026-11-10T00:00:00+01:00.")
        }
        if hasOffset(text) { return written }
        guard let zone, !["UTC", "Z", "GMT"].contains(zone.uppercased()) else { return written }
        if let offset = offset(zone) { return written.adding(seconds: -Int64(offset)) }
        guard let known = timeZone(zone) else {
            throw Refusal(
                field: "zone", "unknown_zone",
                "“\(zone)” is not a zone: write UTC, an offset such as +02:00, or a name such as Europe/Berlin."
            )
        }
        return try local(written, in: known, field)
    }

    private static func hasOffset(_ text: String) -> Bool {
        text.last == "Z" || text.last == "z" || text.dropFirst(11).contains { $0 == "+" || $0 == "-" }
    }

    /// Seconds ahead of UTC of “+02:00”, “-0530” or “+2”.
    private static func offset(_ zone: String) -> Int? {
        guard let match = zone.trimmingWhitespace.wholeMatch(of: /(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?/),
            let hours = Int(match.2), hours <= 14
        else { return nil }
        let minutes = match.3.flatMap { Int($0) } ?? 0
        guard minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (match.1 == "-" ? -1 : 1)
    }

    /// Seconds ahead of UTC of a zone as evidence names it, at a moment; nil where the zone is not known.
    static func seconds(of zone: String, at moment: Timestamp) -> Int? {
        if ["UTC", "Z", "GMT"].contains(zone.uppercased()) { return 0 }
        if let offset = offset(zone) { return offset }
        let date = Date(timeIntervalSince1970: Double(moment.microseconds) / 1e6)
        return timeZone(zone)?.secondsFromGMT(for: date)
    }

    private static func timeZone(_ name: String) -> TimeZone? {
        guard name.contains("/"), !name.contains(".."), name.utf8.count < 60 else { return nil }
        return TimeZone(identifier: name)
    }

    /// A local time can come twice, or never, on a day on which clocks are changed.
    private static func local(
        _ written: Timestamp, in zone: TimeZone, _ field: String
    ) throws(Refusal) -> Timestamp {
        func offset(at moment: Timestamp) -> Int {
            zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.microseconds) / 1_000_000))
        }
        let around = Set([-86_400, 86_400].map { offset(at: written.adding(seconds: $0)) })
        let moments = Set(
            around.map { written.adding(seconds: -Int64($0)) }.filter {
                $0.adding(seconds: Int64(offset(at: $0))) == written
            })
        if moments.count == 1, let only = moments.first { return only }
        let happens = moments.isEmpty ? "did not exist" : "came twice"
        throw Refusal(
            field: field, "unclear_time",
            "\(written.day) \(written.clock) \(happens) in \(zone.identifier), where clocks were changed. "
                + "Write the time with its offset, such as \(written.day)T\(written.clock):00+01:00.")
    }
}
