import Foundation

/// Asks calendars a million times, as clocks do: how much working time lies in a span, and when so much has passed.
@main enum Clocks {
    static let evaluations = 1_000_000

    static func main() throws {
        let zones = ZoneTable { name in
            guard let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)") else {
                return nil
            }
            return try? ZoneRules(name: name, tzif: Array(data))  // unknown where it does not read
        }
        let hours = BusinessCalendar.workingDays([540..<720, 780..<1020])
        let cities = [("berlin", "Europe/Berlin"), ("austin", "America/Chicago"), ("tokyo", "Asia/Tokyo")]
        var calendars = cities.map { id, zone in
            BusinessCalendar(id: id, name: id, opening: .weekly(.init(zone: zone, days: hours)))
        }
        calendars.append(
            BusinessCalendar(id: "sun", name: "Follow the sun", opening: .union(cities.map(\.0))))
        let ready = try WorkingHours.compile(calendars, zones: zones)
        for id in ["berlin", "sun"] {
            guard let calendar = ready[id] else { continue }
            measure("\(calendar.calendar.name): working time of a span of up to two months", calendar) {
                $0.time(from: $1, to: $1.adding(seconds: $2))
            }
            measure("\(calendar.calendar.name): when up to two months of work have passed", calendar) {
                $0.date(after: $2 * 1_000_000 / 4, from: $1)?.microseconds ?? 0
            }
        }
    }

    static func measure(
        _ name: String, _ calendar: WorkingHours, _ ask: (WorkingHours, Timestamp, Int64) -> Int64
    ) {
        var (state, sum) = (UInt64(7), Int64(0))
        let clock = ContinuousClock()
        let time = clock.measure {
            for _ in 0..<evaluations {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                // Moments of the years 2020 to 2029.
                let start = Timestamp(microseconds: (1_577_836_800 + Int64(state >> 36)) * 1_000_000)
                sum &+= ask(calendar, start, Int64(state >> 20 & 0x4F_FFFF))
            }
        }
        print("\(name): \(evaluations) in \(time) (check \(sum))")
    }
}
