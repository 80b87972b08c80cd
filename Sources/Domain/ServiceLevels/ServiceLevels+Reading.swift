extension ServiceLevels {
    /// Seconds written as “45s”, “15m”, “4h” or “1h30m”; nil for anything else.
    ///
    /// Days are left out on purpose: in a calendar it is unclear whether one has 24 hours or eight.
    package static func seconds(_ text: String) -> Int? {
        var (sum, number, lastUnit) = (0, "", Int.max)
        for character in text {
            if character.isASCII, character.isNumber {
                number.append(character)
                continue
            }
            guard let unit = ["h": 3600, "m": 60, "s": 1][character], unit < lastUnit, number.count < 8,
                let value = Int(number)
            else { return nil }
            (sum, number, lastUnit) = (sum + value * unit, "", unit)
        }
        return number.isEmpty && sum > 0 ? sum : nil
    }

    /// Seconds as `seconds` reads them: "1h30m".
    package static func durationText(_ seconds: Int) -> String {
        let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
        return parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
    }

    /// Reads the parts of the policy document, or takes the usual levels where there are none.
    static func read(
        _ root: inout ConfigReader, _ policy: LevelTerms, zones: ZoneTable, _ problems: inout [ConfigProblem]
    ) -> ServiceLevels {
        var found = standard(for: policy.severities)
        if root.child("calendars") != nil {
            found.calendars = readCalendars(&root, &problems).map { read in
                var own = read.calendar
                if own.id == WorkingHours.always.id, own.opening != .always {
                    problems.append(
                        .init(
                            line: read.line, key: "calendars",
                            message: "“always” is the calendar that never closes; choose another name"))
                    own.opening = .always
                }
                return own
            }
        }
        do {
            found.hours = try WorkingHours.compile(found.calendars, zones: zones)
        } catch {
            problems.append(
                .init(line: root.child("calendars")?.line ?? 1, key: "calendars", message: "\(error)"))
            for calendar in found.calendars { found.hours[calendar.id] = .always }
        }
        guard let node = root.child("service_levels") else { return found }
        var reader = ConfigReader(node, at: "service_levels", problems: &problems)
        found.meaningfulWords = reader.integer("meaningful_words", 1...50, default: 4, &problems)
        found.acknowledgements = reader.texts("acknowledgements", &problems).map { $0.text.lowercased() }
        found.telling = ClockTelling.read(&reader, policy, &problems)
        found.attainmentPercent = reader.integer(
            "attainment_percent", 1...100, default: usualAttainment, &problems)
        let usual = LevelDefaults(&reader, &problems)
        var lines: [Int] = []
        found.levels = reader.items("levels", &problems).map { item in
            lines.append(item.node.line)
            return readLevel(item.node, item.path, policy, found, usual, &problems)
        }
        Policy.refuseRepeats(
            zip(found.levels, lines).enumerated().map {
                ($1.0.id, $1.1, "service_levels.levels[\($0)]")
            }, &problems)
        reader.refuseUnknownKeys(&problems)
        found.checkReach(policy, lines, node.line, &problems)
        return found
    }

    /// What levels refer to in the rest of the policy.
    struct LevelTerms {
        var severities: [Policy.Severity]
        var terms: [ServiceLevel.Match.Dimension: [String]]
        var blockedReasons: [String]
        var roles: [String]
    }

    private struct LevelDefaults {
        var warnings = ServiceLevel.usualWarnings
        var change = ClockTerms.ChangeRule.fromStart
        var begins = ServiceLevel.Target.Beginning.creation

        init(_ reader: inout ConfigReader, _ problems: inout [ConfigProblem]) {
            warnings = ServiceLevels.warnings(&reader, usual: warnings, &problems)
            change = reader.choice("on_change", &problems) ?? change
            begins = reader.choice("begins", &problems) ?? begins
        }
    }

    private static func warnings(
        _ reader: inout ConfigReader, usual: [Int], _ problems: inout [ConfigProblem]
    ) -> [Int] {
        guard reader.child("warn_at") != nil else { return usual }
        var percents: [Int] = []
        for item in reader.texts("warn_at", &problems) {
            guard let percent = Int(item.text), (1...99).contains(percent), !percents.contains(percent) else {
                problems.append(
                    .init(
                        line: item.line, key: reader.key("warn_at"),
                        message: "“\(item.text)” must be a percentage from 1 to 99, each only once"))
                continue
            }
            percents.append(percent)
        }
        return percents.sorted()
    }

    // MARK: Calendars

    private static func readCalendars(
        _ root: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> [(calendar: BusinessCalendar, line: Int)] {
        let read = root.items("calendars", &problems).map { item in
            var reader = ConfigReader(item.node, at: item.path, problems: &problems)
            let id = reader.text("id", &problems)
            let calendar = BusinessCalendar(
                id: id, name: reader.text("name", &problems), opening: opening(&reader, &problems))
            reader.refuseUnknownKeys(&problems)
            return (calendar: calendar, line: item.node.line, path: item.path)
        }
        Policy.refuseRepeats(read.map { ($0.calendar.id, $0.line, $0.path) }, &problems)
        return read.map { ($0.calendar, $0.line) }
    }

    private static func opening(
        _ reader: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> BusinessCalendar.Opening {
        if reader.child("union") != nil { return .union(reader.texts("union", &problems).map(\.text)) }
        guard reader.child("hours") != nil || reader.child("zone") != nil else {
            if reader.flag("always", default: false, &problems) { return .always }
            problems.append(
                .init(
                    line: reader.node.line, key: reader.key("hours"),
                    message: "is needed: hours in a zone, or “union” of other calendars, or “always: true”"))
            return .always
        }
        var week = BusinessCalendar.Week(
            zone: reader.text("zone", &problems), days: Array(repeating: [], count: 7))
        for member in reader.members("hours", &problems) {
            guard let days = BusinessCalendar.days(member.key) else {
                problems.append(
                    .init(
                        line: member.line, key: reader.key("hours"),
                        message: "“\(member.key)” is not a day such as mon, or days such as mon-fri"))
                continue
            }
            let hours = minutes(of: member.node, reader.key("hours.\(member.key)"), &problems)
            for day in days {
                if !week.days[day].isEmpty {
                    problems.append(
                        .init(
                            line: member.line, key: reader.key("hours.\(member.key)"),
                            message: "names \(BusinessCalendar.weekdays[day]) a second time"))
                }
                week.days[day] = hours
            }
        }
        if reader.child("holidays") != nil { week.holidays = holidays(&reader, &problems) }
        return .weekly(week)
    }

    private static func minutes(
        of node: ConfigNode, _ key: String, _ problems: inout [ConfigProblem]
    ) -> [BusinessCalendar.Minutes] {
        guard case .sequence(let items) = node.value else {
            problems.append(
                .init(line: node.line, key: key, message: "must be a list such as [09:00-12:00, 13:00-17:00]")
            )
            return []
        }
        return items.compactMap { item in
            if case .scalar(let text) = item.value, let minutes = BusinessCalendar.minutes(text) {
                return minutes
            }
            let words = if case .scalar(let text) = item.value { "“\(text)”" } else { "this" }
            problems.append(
                .init(
                    line: item.line, key: key,
                    message:
                        "\(words) must be a time span such as 09:00-17:30 that ends on the same day, at 24:00 at the latest"
                ))
            return nil
        }
    }

    private static func holidays(
        _ reader: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> [BusinessCalendar.Holiday] {
        guard let node = reader.child("holidays"), case .sequence(let items) = node.value else {
            problems.append(
                .init(
                    line: reader.child("holidays")?.line ?? 1, key: reader.key("holidays"),
                    message: "must be a list"))
            return []
        }
        return items.enumerated().compactMap { index, item in
            let path = "\(reader.key("holidays"))[\(index)]"
            var one = ConfigReader(item, at: path, problems: &problems)
            let text = one.text("date", &problems)
            let name = one.text("name", &problems)
            var hours: [BusinessCalendar.Minutes] = []
            if let node = one.child("hours") { hours = minutes(of: node, "\(path).hours", &problems) }
            one.refuseUnknownKeys(&problems)
            guard let day = BusinessCalendar.Holiday.Day(text) else {
                if !text.isEmpty {
                    problems.append(
                        .init(
                            line: one.child("date")?.line ?? item.line, key: "\(path).date",
                            message:
                                "“\(text)” must be a day such as 2026-12-25, days such as 2026-12-24..2026-12-26, or 12-25 for every year"
                        ))
                }
                return nil
            }
            return BusinessCalendar.Holiday(name: name, day: day, hours: hours)
        }
    }

    // MARK: Levels

    private static func readLevel(
        _ node: ConfigNode, _ path: String, _ policy: LevelTerms, _ all: ServiceLevels,
        _ usual: LevelDefaults,
        _ problems: inout [ConfigProblem]
    ) -> ServiceLevel {
        var reader = ConfigReader(node, at: path, problems: &problems)
        var level = ServiceLevel(
            id: reader.text("id", &problems), name: reader.text("name", &problems), match: .init(),
            calendar: WorkingHours.always.id, calendarsBySeverity: [:], targets: [:])
        for dimension in ServiceLevel.Match.Dimension.allCases
        where reader.child(dimension.rawValue) != nil {
            let known = policy.terms[dimension] ?? []
            var values: Set<String> = []
            for item in reader.texts(dimension.rawValue, &problems) {
                if !known.contains(item.text) {
                    let hint = nearest(to: item.text, in: known).map { "; did you mean “\($0)”?" } ?? ""
                    problems.append(
                        .init(
                            line: item.line, key: reader.key(dimension.rawValue),
                            message: "“\(item.text)” is not one of the policy’s \(dimension.rawValue)\(hint)"
                        ))
                }
                values.insert(item.text)
            }
            if !values.isEmpty { level.match.wanted[dimension] = values }
        }
        level.isForCatalogue = reader.flag("catalogue", default: false, &problems)
        level.match.from = day("from", &reader, &problems)
        level.match.until = day("until", &reader, &problems)
        if let from = level.match.from, let until = level.match.until, until < from {
            problems.append(
                .init(
                    line: reader.child("until")?.line ?? node.line, key: reader.key("until"),
                    message: "“\(until.text)” lies before “from”, so the level would be for no case"))
        }
        if let text = reader.optionalText("calendar", &problems) {
            level.calendar = calendar(text, reader.child("calendar"), reader.key("calendar"), all, &problems)
        }
        for member in reader.members("calendars", &problems) {
            guard policy.severities.contains(where: { $0.id.raw == member.key }) else {
                problems.append(
                    .init(
                        line: member.line, key: reader.key("calendars"),
                        message: "“\(member.key)” is not a severity"))
                continue
            }
            guard case .scalar(let text) = member.node.value else { continue }
            level.calendarsBySeverity[member.key] = calendar(
                text, member.node, reader.key("calendars.\(member.key)"), all, &problems)
        }
        for member in reader.members("clocks", &problems) {
            guard let clock = CaseClock(rawValue: member.key), clock.hasTarget else {
                let known = CaseClock.allCases.filter(\.hasTarget).map(\.rawValue)
                let hint = nearest(to: member.key, in: known).map { "; did you mean “\($0)”?" } ?? ""
                problems.append(
                    .init(
                        line: member.line, key: reader.key("clocks"),
                        message:
                            "“\(member.key)” is not one of \(known.joined(separator: ", "))\(hint)"))
                continue
            }
            level.targets[clock] = readTarget(
                clock, member.node, reader.key("clocks.\(member.key)"), policy, all, usual, &problems)
        }
        if reader.child("clocks") == nil {
            problems.append(
                .init(
                    line: node.line, key: reader.key("clocks"), message: "is needed: what may take how long"))
        }
        reader.refuseUnknownKeys(&problems)
        return level
    }

    private static func day(
        _ name: String, _ reader: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> CalendarDay? {
        guard let text = reader.optionalText(name, &problems) else { return nil }
        if let day = CalendarDay(text) { return day }
        problems.append(
            .init(
                line: reader.child(name)?.line ?? reader.node.line, key: reader.key(name),
                message: "“\(text)” must be a day such as 2027-01-01, on which the case was opened, in UTC"))
        return nil
    }

    private static func calendar(
        _ text: String, _ node: ConfigNode?, _ key: String, _ all: ServiceLevels,
        _ problems: inout [ConfigProblem]
    ) -> String {
        if all.hours[text] != nil { return text }
        let hint = nearest(to: text, in: all.hours.keys.sorted()).map { "; did you mean “\($0)”?" } ?? ""
        problems.append(
            .init(line: node?.line ?? 1, key: key, message: "“\(text)” is not one of the calendars\(hint)"))
        return WorkingHours.always.id
    }

    private static func readTarget(
        _ clock: CaseClock, _ node: ConfigNode, _ path: String, _ policy: LevelTerms, _ all: ServiceLevels,
        _ usual: LevelDefaults, _ problems: inout [ConfigProblem]
    ) -> ServiceLevel.Target {
        var reader = ConfigReader(node, at: path, problems: &problems)
        var target = ServiceLevel.Target(
            seconds: [:], calendar: nil,
            pauses: clock.usualPauses.filter(policy.blockedReasons.contains), warnings: usual.warnings,
            change: usual.change, begins: usual.begins,
            isRegulatory: reader.flag("regulatory", default: false, &problems))
        for severity in policy.severities {
            let id = severity.id.raw
            guard let text = reader.optionalText(id, &problems) else {
                problems.append(
                    .init(
                        line: node.line, key: path,
                        message: "says nothing of \(id): write a time such as 4h, or none"))
                continue
            }
            if text == "none" { continue }
            guard let seconds = seconds(text), seconds <= 10 * 366 * 86_400 else {
                problems.append(
                    .init(
                        line: reader.child(id)?.line ?? node.line, key: "\(path).\(id)",
                        message: "“\(text)” must be a time such as 15m, 4h or 1h30m, or none"))
                continue
            }
            target.seconds[id] = seconds
        }
        if let text = reader.optionalText("calendar", &problems) {
            target.calendar = calendar(text, reader.child("calendar"), "\(path).calendar", all, &problems)
        }
        if reader.child("pauses") != nil {
            target.pauses = reader.texts("pauses", &problems).map { item in
                if !policy.blockedReasons.contains(item.text) {
                    let hint =
                        nearest(to: item.text, in: policy.blockedReasons).map { "; did you mean “\($0)”?" }
                        ?? ""
                    problems.append(
                        .init(
                            line: item.line, key: "\(path).pauses",
                            message: "“\(item.text)” is not in blocked_reasons\(hint)"))
                }
                return item.text
            }
            if target.isRegulatory, !target.pauses.isEmpty {
                problems.append(
                    .init(
                        line: reader.child("pauses")?.line ?? node.line, key: "\(path).pauses",
                        message: "a regulatory clock never stands still; take out one of the two"))
            }
        }
        target.waitsForChanges = reader.flag("waits_for_changes", default: false, &problems)
        if target.isRegulatory, target.waitsForChanges {
            problems.append(
                .init(
                    line: reader.child("waits_for_changes")?.line ?? node.line,
                    key: "\(path).waits_for_changes",
                    message: "a regulatory clock never stands still; take out one of the two"))
        }
        if target.isRegulatory { target.pauses = [] }
        target.warnings = warnings(&reader, usual: target.warnings, &problems)
        target.change = reader.choice("on_change", &problems) ?? target.change
        target.begins = reader.choice("begins", &problems) ?? target.begins
        reader.refuseUnknownKeys(&problems)
        return target
    }

    // MARK: Whether every case finds its level

    /// Cases of every kind that the levels tell apart: all combinations of the values they name, and of none.
    private func kinds(_ policy: LevelTerms) -> [CaseTraits]? {
        var values: [ServiceLevel.Match.Dimension: [String?]] = [:]
        var count = 1
        for dimension in ServiceLevel.Match.Dimension.allCases {
            var named = Set(levels.flatMap { $0.match.wanted[dimension] ?? [] }).sorted().map(Optional.some)
            let all = policy.terms[dimension] ?? []
            // Some value that no level names, or none at all; only severities are a closed list.
            if dimension != .severities || named.count < all.count { named.append(nil) }
            values[dimension] = named
            count *= named.count
            if count > 200_000 { return nil }
        }
        let days = days
        guard count * days.count <= 200_000 else { return nil }
        var kinds = days.map { CaseTraits(severity: "", channel: "", requestType: "", openedOn: $0) }
        for dimension in ServiceLevel.Match.Dimension.allCases {
            kinds = kinds.flatMap { kind in
                (values[dimension] ?? []).map { value in
                    var kind = kind
                    switch dimension {
                    case .severities: kind.severity = value ?? ""
                    case .tiers: kind.tier = value
                    case .contracts: kind.contracts = value.map { [$0] } ?? []
                    case .products: kind.products = value.map { [$0] } ?? []
                    case .productAreas: kind.productArea = value
                    case .channels: kind.channel = value ?? ""
                    case .requestTypes: kind.requestType = value ?? ""
                    }
                    return kind
                }
            }
        }
        return kinds
    }

    /// A day of each stretch between the days that levels name.
    private var days: [CalendarDay] {
        func next(_ day: CalendarDay, _ days: Int64) -> CalendarDay {
            CalendarDay(day.start.adding(seconds: days * 86_400))
        }
        let edges = levels.flatMap { level in
            [level.match.from, level.match.from.map { next($0, -1) }, level.match.until]
                + [level.match.until.map { next($0, 1) }]
        }
        let named = Set(edges.compactMap(\.self)).sorted()
        return named.isEmpty ? [CalendarDay(Timestamp(microseconds: 0))] : named
    }

    private func checkReach(
        _ policy: LevelTerms, _ lines: [Int], _ line: Int, _ problems: inout [ConfigProblem]
    ) {
        guard let kinds = kinds(policy) else { return }
        var reached: Set<Int> = []
        var uncovered: CaseTraits?
        for kind in kinds {
            if let index = levels.firstIndex(where: { !$0.isForCatalogue && $0.match.fits(kind) }) {
                reached.insert(index)
            } else if uncovered == nil {
                uncovered = kind
            }
        }
        for index in levels.indices where !reached.contains(index) && !levels[index].isForCatalogue {
            problems.append(
                .init(
                    line: lines[index], key: "service_levels.levels[\(index)]",
                    message:
                        "“\(levels[index].id)” is never reached: levels above it take every case that it asks for"
                ))
        }
        guard let uncovered else { return }
        let words = [
            uncovered.severity.isEmpty ? nil : "severity \(uncovered.severity)",
            "tier \(uncovered.tier ?? "none")",
            uncovered.openedOn.flatMap { days.count > 1 ? "opened on \($0.text)" : nil },
            uncovered.channel.isEmpty ? nil : "channel \(uncovered.channel)",
            uncovered.requestType.isEmpty ? nil : "kind of request \(uncovered.requestType)",
        ].compactMap { $0 }.joined(separator: ", ")
        problems.append(
            .init(
                line: line, key: "service_levels.levels",
                message: "no level fits a case with \(words); end with a level that asks for nothing"))
    }
}
